import { setImmediate as nextTurn } from 'node:timers/promises'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import parquet from 'parquetjs-lite'
import { type ColumnChunk, type PartColumn, type PartType, PlainColumn } from './columns.ts'
import { dataPageHeader, dictionaryPageHeader, encodings } from './pages.ts'

const deflate = promisify(gzip)

/** A column of a part: its name, its type, and where its rows are collected. */
export interface PartField {
  readonly name: string
  readonly type: PartType
  readonly column: PartColumn
}

interface RowGroup {
  readonly rows: number
  /** One for each field, in their order. */
  readonly chunks: readonly (PartField & { readonly chunk: ColumnChunk })[]
}

/** A part whose rows are complete, before it becomes a file. */
export interface SealedPart {
  readonly rows: number
  /** About how much memory it takes. */
  readonly bytes: number
  readonly fields: readonly PartField[]
  readonly groups: readonly RowGroup[]
}

/** When a row group ends. */
const groupRows = 50_000
const groupBytes = 16 * 1024 * 1024

/** Collects rows, column by column, into row groups. Fill all columns, then say so by {@link PartBuilder.rowsAdded}. */
export class PartBuilder {
  readonly #fields: readonly PartField[]
  #groups: RowGroup[] = []
  #groupedRows = 0
  #groupedBytes = 0

  constructor(fields: readonly PartField[]) {
    this.#fields = fields
  }

  get rows(): number {
    return this.#groupedRows + this.#openRows()
  }

  get bytes(): number {
    return this.#groupedBytes + this.#openBytes()
  }

  /** Ends the row group when it is full. */
  rowsAdded(): void {
    if (this.#openRows() >= groupRows || this.#openBytes() >= groupBytes) this.#endGroup()
  }

  /** Everything so far as one part; the builder starts again, empty. */
  seal(): SealedPart {
    this.#endGroup()
    const sealed = {
      rows: this.#groupedRows,
      bytes: this.#groupedBytes,
      fields: this.#fields,
      groups: this.#groups,
    }
    this.#groups = []
    this.#groupedRows = 0
    this.#groupedBytes = 0
    return sealed
  }

  #openRows(): number {
    return Math.max(...this.#fields.map(({ column }) => column.rows))
  }

  #openBytes(): number {
    return this.#fields.reduce((sum, { column }) => sum + column.bytes, 0)
  }

  #endGroup(): void {
    const rows = this.#openRows()
    if (rows === 0) return
    const torn = this.#fields.find(({ column }) => column.rows !== rows)
    if (torn !== undefined) throw new RangeError(`column ${torn.name} is not as long as the others`)
    this.#groupedBytes += this.#openBytes()
    this.#groupedRows += rows
    const chunks = this.#fields.map((field) => ({ ...field, chunk: field.column.take() }))
    this.#groups.push({ rows, chunks })
  }
}

/**
 * The part as a Parquet file: version 1 pages, one per column and row group, without statistics or page index.
 * `compress` runs gzip level 1 over plain columns, off the main thread; the others are a few bytes anyway.
 */
export async function encodePart(part: SealedPart, compress: boolean): Promise<Uint8Array> {
  const isZipped = (field: PartField) => compress && field.column instanceof PlainColumn
  const written: Uint8Array[] = []
  const writer = new parquet.ParquetEnvelopeWriter(
    new parquet.ParquetSchema(
      Object.fromEntries(
        part.fields.map((field) => [field.name, declared(field, isZipped(field))]),
      ),
    ),
    (bytes) => {
      written.push(bytes)
    },
    () => {},
    0,
    { useDataPageV2: false, pageIndex: false },
  )
  writer.writeHeader()
  for (const { rows, chunks } of part.groups) {
    await nextTurn() // a row group takes a few milliseconds; others want the thread too
    const columns: EncodedColumn[] = []
    for (const field of chunks) columns.push(await encodeColumn(field, isZipped(field)))
    writeGroup(writer, rows, columns)
  }
  writer.writeFooter({})
  return Buffer.concat(written)
}

function declared(field: PartField, zipped: boolean) {
  return {
    type: parquetTypes[field.type],
    optional: true,
    compression: zipped ? 'GZIP' : 'UNCOMPRESSED',
    statistics: false,
  } as const
}

/** A page in pieces, so that what is big is not copied once more: its header and its body. */
type Page = readonly [header: Uint8Array, body: Uint8Array]

interface EncodedColumn {
  readonly name: string
  readonly data: Page
  readonly dictionary?: Page
  /** Size of its pages before compression. */
  readonly rawBytes: number
}

async function encodeColumn(
  { name, chunk }: { readonly name: string; readonly chunk: ColumnChunk },
  zipped: boolean,
): Promise<EncodedColumn> {
  const stored = zipped ? await deflate(chunk.body, { level: 1 }) : chunk.body
  const content = { values: chunk.rows, stored, rawBytes: chunk.body.length }
  if (chunk.dictionary === undefined) {
    const header = dataPageHeader(content, encodings.plain)
    return { name, data: [header, stored], rawBytes: header.length + chunk.body.length }
  }
  const { entries, body } = chunk.dictionary
  const data: Page = [dataPageHeader(content, encodings.dictionary), stored]
  const header = dictionaryPageHeader({ values: entries, stored: body, rawBytes: body.length })
  const dictionary: Page = [header, body]
  return { name, data, dictionary, rawBytes: lengthOf(data) + lengthOf(dictionary) }
}

/**
 * Hands a row group to the envelope writer, then corrects what it cannot know of pages made elsewhere: where the
 * dictionary ends and the data begins, and sizes before compression.
 */
function writeGroup(
  writer: InstanceType<typeof parquet.ParquetEnvelopeWriter>,
  rows: number,
  columns: readonly EncodedColumn[],
): void {
  const piece = (page: Uint8Array, values: number) => ({
    page,
    num_values: values,
    first_row_index: 0,
  })
  const pieces = columns.map(({ name, data: [header, body], dictionary = [] }) => [
    name,
    [...[...dictionary, header].map((bytes) => piece(bytes, 0)), piece(body, rows)],
  ])
  writer.writeRowGroup({ rowCount: rows, pages: Object.fromEntries(pieces) })
  const written = writer.rowGroups.at(-1)?.columns
  for (const [i, { dictionary, rawBytes }] of columns.entries()) {
    const meta = written?.[i]?.meta_data
    if (meta === undefined) throw new RangeError('parquetjs-lite kept no metadata of a column')
    meta.total_uncompressed_size = rawBytes
    if (dictionary === undefined) continue
    meta.dictionary_page_offset = meta.data_page_offset
    meta.data_page_offset += lengthOf(dictionary)
    meta.encodings.push(encodings.dictionary)
  }
}

function lengthOf([header, body]: Page): number {
  return header.length + body.length
}

const parquetTypes = {
  STRING: 'UTF8',
  INT: 'INT32',
  BIGINT: 'INT64',
  TIMESTAMP: 'TIMESTAMP_MICROS',
} as const
