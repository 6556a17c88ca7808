/** Thrift's type tags on the wire (Thrift binary protocol specification). */
const tag = {
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
const strictVersion = 0x80010000

/** What an `i64` may be given as. The driver's own 64-bit objects carry their eight bytes in `buffer`. */
export type I64 = number | bigint | { readonly buffer: Uint8Array; readonly offset?: number }

/** Reads one Thrift binary message, by the method names that the driver's generated code calls. */
export class ThriftReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  /** Throws RangeError when the bytes are not a strict binary message. */
  readMessageBegin(): { fname: string; mtype: number; rseqid: number } {
    const word = this.readI32()
    if (word >>> 16 !== strictVersion >>> 16) throw new RangeError('not a Thrift binary message')
    return { fname: this.readString(), mtype: word & 0xff, rseqid: this.readI32() }
  }

  readMessageEnd(): void {}
  readStructBegin(): void {}
  readStructEnd(): void {}
  readFieldEnd(): void {}
  readListEnd(): void {}
  readMapEnd(): void {}
  readSetEnd(): void {}

  readFieldBegin(): { ftype: number; fid: number } {
    const ftype = this.readByte()
    return { ftype, fid: ftype === tag.stop ? 0 : this.readI16() }
  }

  readListBegin(): { etype: number; size: number } {
    return { etype: this.readByte(), size: this.readI32() }
  }

  readSetBegin(): { etype: number; size: number } {
    return this.readListBegin()
  }

  readMapBegin(): { ktype: number; vtype: number; size: number } {
    return { ktype: this.readByte(), vtype: this.readByte(), size: this.readI32() }
  }

  readBool(): boolean {
    return this.readByte() !== 0
  }

  readByte(): number {
    return this.#bytes.readInt8(this.#step(1))
  }

  readI16(): number {
    return this.#bytes.readInt16BE(this.#step(2))
  }

  readI32(): number {
    return this.#bytes.readInt32BE(this.#step(4))
  }

  /** As a number: what the driver sends (protocol versions, row counts, seconds) stays far below 2^53. */
  readI64(): number {
    return Number(this.#bytes.readBigInt64BE(this.#step(8)))
  }

  readDouble(): number {
    return this.#bytes.readDoubleBE(this.#step(8))
  }

  readString(): string {
    return this.readBinary().toString('utf8')
  }

  /** A view into the message, not a copy. */
  readBinary(): Buffer {
    const length = this.readI32()
    const from = this.#step(length)
    if (length < 0 || this.#at > this.#bytes.length)
      throw new RangeError('Thrift message cut short')
    return this.#bytes.subarray(from, this.#at)
  }

  skip(type: number): void {
    switch (type) {
      case tag.bool:
      case tag.byte:
        this.#step(1)
        return
      case tag.i16:
        this.#step(2)
        return
      case tag.i32:
        this.#step(4)
        return
      case tag.i64:
      case tag.double:
        this.#step(8)
        return
      case tag.string:
        this.readBinary()
        return
      case tag.struct:
        for (let field = this.readFieldBegin(); field.ftype !== tag.stop; ) {
          this.skip(field.ftype)
          field = this.readFieldBegin()
        }
        return
      case tag.map: {
        const { ktype, vtype, size } = this.readMapBegin()
        for (let i = 0; i < size; i++) {
          this.skip(ktype)
          this.skip(vtype)
        }
        return
      }
      case tag.set:
      case tag.list: {
        const { etype, size } = this.readListBegin()
        for (let i = 0; i < size; i++) this.skip(etype)
        return
      }
      default:
        throw new RangeError(`unknown Thrift type ${type}`)
    }
  }

  #step(length: number): number {
    const from = this.#at
    this.#at += length
    return from
  }
}

/** Writes one Thrift binary message; `flush` hands the finished bytes over. */
export class ThriftWriter {
  readonly #done: (message: Buffer) => void
  #parts: Buffer[] = []
  #scratch = Buffer.allocUnsafe(4096)
  #from = 0
  #at = 0

  constructor(done: (message: Buffer) => void) {
    this.#done = done
  }

  /** Starts over: a reply that failed halfway is followed by an exception message, which must stand alone. */
  writeMessageBegin(name: string, type: number, sequence: number): void {
    this.#parts = []
    this.#from = this.#at
    this.writeI32(strictVersion | type)
    this.writeString(name)
    this.writeI32(sequence)
  }

  writeMessageEnd(): void {}
  writeStructBegin(): void {}
  writeStructEnd(): void {}
  writeFieldEnd(): void {}
  writeListEnd(): void {}
  writeMapEnd(): void {}

  writeFieldBegin(_name: string, type: number, id: number): void {
    this.writeByte(type)
    this.writeI16(id)
  }

  writeFieldStop(): void {
    this.writeByte(tag.stop)
  }

  writeListBegin(type: number, size: number): void {
    this.writeByte(type)
    this.writeI32(size)
  }

  writeMapBegin(key: number, value: number, size: number): void {
    this.writeByte(key)
    this.writeByte(value)
    this.writeI32(size)
  }

  writeBool(value: boolean): void {
    this.writeByte(value ? 1 : 0)
  }

  writeByte(value: number): void {
    const at = this.#room(1)
    this.#scratch.writeInt8(value, at)
  }

  writeI16(value: number): void {
    const at = this.#room(2)
    this.#scratch.writeInt16BE(value, at)
  }

  writeI32(value: number): void {
    const at = this.#room(4)
    this.#scratch.writeInt32BE(value | 0, at)
  }

  writeI64(value: I64): void {
    const at = this.#room(8)
    if (typeof value === 'object')
      this.#scratch.set(value.buffer.subarray(value.offset ?? 0, 8), at)
    else this.#scratch.writeBigInt64BE(BigInt(value), at)
  }

  writeDouble(value: number): void {
    const at = this.#room(8)
    this.#scratch.writeDoubleBE(value, at)
  }

  writeString(value: string): void {
    this.writeBinary(Buffer.from(value, 'utf8'))
  }

  /** Large values are taken as they are, not copied: do not change them before `flush`. */
  writeBinary(value: Uint8Array): void {
    this.writeI32(value.byteLength)
    if (value.byteLength > 1024) {
      this.#parts.push(this.#scratch.subarray(this.#from, this.#at))
      this.#parts.push(Buffer.from(value.buffer, value.byteOffset, value.byteLength))
      this.#from = this.#at
    } else {
      const at = this.#room(value.byteLength)
      this.#scratch.set(value, at)
    }
  }

  flush(): void {
    this.#done(Buffer.concat([...this.#parts, this.#scratch.subarray(this.#from, this.#at)]))
  }

  #room(length: number): number {
    if (this.#at + length > this.#scratch.length) {
      this.#parts.push(this.#scratch.subarray(this.#from, this.#at))
      this.#scratch = Buffer.allocUnsafe(4096)
      this.#from = 0
      this.#at = 0
    }
    const at = this.#at
    this.#at += length
    return at
  }
}
