import {
  type Data,
  makeData,
  RecordBatch,
  RecordBatchStreamWriter,
  Schema,
  Struct,
} from 'apache-arrow'
import { arrowField, type Column } from './column.ts'

/** The end-of-stream mark of the Arrow IPC stream format. */
const endOfStream = Buffer.from([0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0])

/** Writes the pieces of Arrow IPC streams of one schema. */
export class IpcPieces {
  readonly #schema: Schema
  /** The schema as one encapsulated message, without an end-of-stream mark. */
  readonly schema: Buffer

  constructor(columns: readonly Column[]) {
    this.#schema = new Schema(columns.map((column) => arrowField(column.name, column)))
    const writer = new RecordBatchStreamWriter()
    writer.reset(undefined, this.#schema)
    this.schema = withoutEnd(writer.finish().toUint8Array(true))
  }

  /** Rows as one encapsulated record batch message: no schema, no end-of-stream mark. */
  batch(columns: readonly Data[], rowCount: number): Buffer {
    const type = new Struct(this.#schema.fields)
    const data = makeData({ type, length: rowCount, nullCount: 0, children: [...columns] })
    const writer = new RecordBatchStreamWriter()
    writer.write(new RecordBatch(this.#schema, data))
    return withoutEnd(writer.finish().toUint8Array(true)).subarray(this.schema.length)
  }

  /** A complete stream of the given record batch messages. */
  stream(batches: readonly Buffer[]): Buffer {
    return Buffer.concat([this.schema, ...batches, endOfStream])
  }
}

function withoutEnd(stream: Uint8Array): Buffer {
  const bytes = Buffer.from(stream.buffer, stream.byteOffset, stream.byteLength)
  const end = bytes.length - endOfStream.length
  if (!bytes.subarray(end).equals(endOfStream)) throw new Error('Arrow stream without its end mark')
  return bytes.subarray(0, end)
}
