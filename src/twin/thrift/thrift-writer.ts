import { strictVersion, tag } from './wire.ts'

/** What an `i64` may be given as. The driver's own 64-bit objects carry their eight bytes in `buffer`. */
export type I64 = number | bigint | { readonly buffer: Uint8Array; readonly offset?: number }

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
