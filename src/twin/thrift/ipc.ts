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
  /** The schema as one encapsulated message, without an end-of-stream mark. */
  readonly schema: Buffer
  /** The same columns under names of their own: batches carry none, and Arrow's classes merge equal names. */
  readonly #unnamed: Schema
  readonly #unnamedBytes: number

  constructor(columns: readonly Column[]) {
    this.schema = schemaMessage(new Schema(columns.map((c) => arrowField(c.name, c))))
    this.#unnamed = new Schema(columns.map((column, i) => arrowField(`c${i}`, column)))
    this.#unnamedBytes = schemaMessage(this.#unnamed).length
  }

  /** Rows as one encapsulated record batch message: no schema, no end-of-stream mark. */
  batch(columns: readonly Data[], rowCount: number): Buffer {
    const type = new Struct(this.#unnamed.fields)
    const data = makeData({ type, length: rowCount, nullCount: 0, children: [...columns] })
    const writer = new RecordBatchStreamWriter()
    writer.write(new RecordBatch(this.#unnamed, data))
    return withoutEnd(writer.finish().toUint8Array(true)).subarray(this.#unnamedBytes)
  }

  /** A complete stream of the given record batch messages. */
  stream(batches: readonly Buffer[]): Buffer {
    return Buffer.concat([this.schema, ...batches, endOfStream])
  }
}

function schemaMessage(schema: Schema): Buffer {
  const writer = new RecordBatchStreamWriter()
  writer.reset(undefined, schema)
  return withoutEnd(writer.finish().toUint8Array(true))
}

function withoutEnd(stream: Uint8Array): Buffer {
  const bytes = Buffer.from(stream.buffer, stream.byteOffset, stream.byteLength)
  const end = bytes.length - endOfStream.length
  if (!bytes.subarray(end).equals(endOfStream)) throw new Error('Arrow stream without its end mark')
  return bytes.subarray(0, end)
}
