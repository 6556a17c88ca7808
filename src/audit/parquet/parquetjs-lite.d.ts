/** The part of parquetjs-lite that is used here; the package has no types of its own. */
declare module 'parquetjs-lite' {
  interface Field {
    type: 'UTF8' | 'INT32' | 'INT64' | 'TIMESTAMP_MICROS'
    optional: boolean
    compression: 'UNCOMPRESSED' | 'GZIP'
    statistics: false
  }
  interface ColumnMetaData {
    dictionary_page_offset: number | null
    data_page_offset: number
    total_uncompressed_size: number
    encodings: number[]
  }
  interface Page {
    page: Uint8Array
    num_values: number
    first_row_index: number
  }
  class ParquetSchema {
    constructor(fields: Record<string, Field>)
  }
  class ParquetEnvelopeWriter {
    readonly rowGroups: { columns: { meta_data: ColumnMetaData }[] }[]
    constructor(
      schema: ParquetSchema,
      write: (bytes: Uint8Array) => void,
      close: () => void,
      offset: number,
      options: { useDataPageV2: false; pageIndex: false },
    )
    writeHeader(): void
    writeRowGroup(rows: { rowCount: number; pages: Record<string, Page[]> }): void
    writeFooter(metadata: Record<string, string>): void
  }
  const parquet: {
    ParquetSchema: typeof ParquetSchema
    ParquetEnvelopeWriter: typeof ParquetEnvelopeWriter
  }
  export = parquet
}
