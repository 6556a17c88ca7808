/** One row of the source. Few keys and few values, so that histories meet themselves again. */
export interface Row {
  readonly id: number | null
  /** `EU` and `US` have a destination each; anything else has none. */
  readonly region: string | null
  /** `big` stands for a text that makes the message too large. */
  readonly name: string | null
  readonly visits: number | null
  /** A time; `refuse me` is refused by Customer.io. */
  readonly joined: string
  /** Seconds since the epoch; every write of a row gives it a later one. */
  readonly loadedAt: number
}

/** Values that a write gives a row. */
export type Values = Pick<Row, 'region' | 'name' | 'visits' | 'joined'>

/** What the table looks like beside its rows. */
export interface Shape {
  /** A column that no mapping reads. */
  readonly extra: boolean
  /** True when `visits` is a BIGINT. */
  readonly wide: boolean
}

/** How a table is made anew. */
export const rebuildWays = ['replace', 'overwrite', 'empty then filled', 'renamed'] as const
export type RebuildWay = (typeof rebuildWays)[number]

/** Statements on one source table. */
export function tableStatements(table: string) {
  const properties = (feed: boolean) => `TBLPROPERTIES ('delta.enableChangeDataFeed' = '${feed}')`
  const create = (name: string, rows: readonly Row[], shape: Shape, feed: boolean) =>
    `CREATE OR REPLACE TABLE ${name} USING DELTA ${properties(feed)} AS ${select(rows, shape)}`
  const insert = (rows: readonly Row[], shape: Shape) =>
    `INSERT INTO ${table} ${select(rows, shape)}`
  return {
    create: (rows: readonly Row[], shape: Shape, feed: boolean) => [
      create(table, rows, shape, feed),
    ],
    insert: (rows: readonly Row[], shape: Shape) => [insert(rows, shape)],
    update: (row: Row) => [
      `UPDATE ${table} SET region = ${text(row.region)}, name = ${name(row)}, visits = ${row.visits}, joined = ${text(row.joined)}, loaded_at = ${time(row.loadedAt)} WHERE id = ${row.id}`,
    ],
    remove: (id: number | null) => [
      `DELETE FROM ${table} WHERE id ${id === null ? 'IS NULL' : `= ${id}`}`,
    ],
    addColumn: () => [`ALTER TABLE ${table} ADD COLUMN extra STRING`],
    feed: (isOn: boolean) => [`ALTER TABLE ${table} SET ${properties(isOn)}`],
    optimize: () => [`OPTIMIZE ${table}`],
    /** The statements of a rebuild; one that overwrites keeps the columns there are. */
    rebuild(way: RebuildWay, rows: readonly Row[], shape: Shape, feed: boolean): string[] {
      switch (way) {
        case 'replace':
          return [create(table, rows, shape, feed)]
        case 'overwrite':
          return [`INSERT OVERWRITE TABLE ${table} ${select(rows, shape)}`]
        case 'empty then filled':
          return [create(table, [], shape, feed), ...(rows.length > 0 ? [insert(rows, shape)] : [])]
        case 'renamed':
          return [
            create(`${table}_new`, rows, shape, feed),
            `ALTER TABLE ${table} RENAME TO ${table}_old`,
            `ALTER TABLE ${table}_new RENAME TO ${table}`,
            `DROP TABLE ${table}_old`,
          ]
        default:
          return way satisfies never
      }
    },
  }
}

const nobody: Row = { id: 0, region: null, name: null, visits: 0, joined: '', loadedAt: 0 }

function select(rows: readonly Row[], shape: Shape): string {
  if (rows.length === 0) return `${selectRow(nobody, shape)} WHERE FALSE`
  return rows.map((row) => selectRow(row, shape)).join(' UNION ALL ')
}

function selectRow(row: Row, { extra, wide }: Shape): string {
  const columns = [
    `CAST(${row.id} AS BIGINT) AS id`,
    `${text(row.region)} AS region`,
    `${name(row)} AS name`,
    `CAST(${row.visits} AS ${wide ? 'BIGINT' : 'INT'}) AS visits`,
    `${text(row.joined)} AS joined`,
    // The time of an event is a part of its id: it stays what it is.
    `${time(1_700_000_000 + (row.id ?? 0))} AS at`,
    `${time(row.loadedAt)} AS loaded_at`,
    ...(extra ? ["'more' AS extra"] : []),
  ]
  return `SELECT ${columns.join(', ')}`
}

function name(row: Row): string {
  return row.name === 'big' ? "repeat('x', 40000)" : text(row.name)
}

function text(value: string | null): string {
  return value === null ? 'CAST(NULL AS STRING)' : `'${value}'`
}

function time(seconds: number): string {
  return `CAST(timestamp_seconds(${seconds}) AS TIMESTAMP)`
}
