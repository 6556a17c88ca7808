/** Thrift's type tags on the wire (Thrift binary protocol specification). */
export const tag = {
  stop: 0,
  bool: 2,
  byte: 3,
  double: 4,
  i16: 6,
  i32: 8,
  i64: 10,
  string: 11,
  struct: 12,
  map: 13,
  set: 14,
  list: 15,
} as const

/** Upper half of a strict message's first word: protocol version 1. */
export const strictVersion = 0x80010000
