import { strictVersion, tag } from './wire.ts'

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
