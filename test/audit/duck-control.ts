import { mkdir, mkdtemp, readdir, rm, stat, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import type { Files, Sql, SqlValue } from '../../src/audit/index.ts'

/**
 * A control schema in DuckDB and a volume in a folder: the audit's own statements, run by an engine that is not ours.
 * It rewrites only what DuckDB spells differently, and fails on everything else.
 */
export class DuckControl implements Sql, Files {
  readonly statements: string[] = []
  /** What the warehouse takes for the time, in ms since the epoch. */
  now = Date.UTC(2026, 2, 1, 10)
  readonly #duck: DuckDBInstance
  readonly #connection: DuckDBConnection
  readonly #folder: string
  readonly #copied = new Set<string>()

  private constructor(duck: DuckDBInstance, connection: DuckDBConnection, folder: string) {
    this.#duck = duck
    this.#connection = connection
    this.#folder = folder
  }

  static async open(): Promise<DuckControl> {
    const duck = await DuckDBInstance.create(':memory:')
    const connection = await duck.connect()
    await connection.run("SET TimeZone='UTC'")
    await connection.run('CREATE MACRO unix_millis(t) AS epoch_ms(t)')
    await connection.run(
      'CREATE MACRO timestamp_millis(ms) AS make_timestamp(CAST(ms AS BIGINT) * 1000)',
    )
    await connection.run('CREATE MACRO get_json_object(j, p) AS json_extract_string(j, p)')
    return new DuckControl(duck, connection, await mkdtemp(join(tmpdir(), 'control-')))
  }

  async close(): Promise<void> {
    this.#connection.closeSync()
    this.#duck.closeSync()
    await rm(this.#folder, { recursive: true })
  }

  async query(sql: string, params: Readonly<Record<string, SqlValue>> = {}) {
    const reader = await this.#connection.runAndReadAll(this.#translate(sql), bound(params))
    return reader
      .getRowObjectsJS()
      .map((row) =>
        Object.fromEntries(
          Object.entries(row).map(([name, value]) => [
            name,
            typeof value === 'bigint' && Number.isSafeInteger(Number(value))
              ? Number(value)
              : value,
          ]),
        ),
      )
  }

  async columnNames(sql: string): Promise<string[]> {
    return (await this.#connection.runAndReadAll(this.#translate(sql))).columnNames()
  }

  async execute(sql: string, params: Readonly<Record<string, SqlValue>> = {}) {
    this.statements.push(sql)
    if (sql.startsWith('COPY INTO')) return { rows: await this.#copyInto(sql) }
    if (/^CREATE (SCHEMA|VOLUME) IF NOT EXISTS /.test(sql)) return { rows: 0 }
    const result = await this.#connection.run(this.#translate(sql), bound(params))
    return { rows: result.rowsChanged }
  }

  /** Loads the files of a folder that it has not loaded before, as COPY INTO does. */
  async #copyInto(sql: string): Promise<number> {
    const [, table, columns, folder] =
      /^COPY INTO (\S+)\nFROM \(SELECT (.*)\nFROM '(.*)'\)\nFILEFORMAT = PARQUET$/.exec(sql) ?? []
    if (table === undefined || columns === undefined || folder === undefined) {
      throw new Error(`not the COPY INTO we know: ${sql}`)
    }
    const files = (await this.list(folder)).filter(({ path }) => !this.#copied.has(path))
    let rows = 0
    for (const { path } of files) {
      const select = columns.replace('_metadata.file_path', `'dbfs:${path}'`)
      const result = await this.#connection.run(
        this.#translate(
          `INSERT INTO ${table} BY NAME SELECT ${select} FROM '${this.#local(path)}'`,
        ),
      )
      rows += result.rowsChanged
      this.#copied.add(path)
    }
    return rows
  }

  async put(path: string, bytes: Uint8Array) {
    const file = this.#local(path)
    await mkdir(dirname(file), { recursive: true })
    try {
      await writeFile(file, bytes, { flag: 'wx' })
      return 'created' as const
    } catch (error) {
      if ((error as { code?: string }).code === 'EEXIST') return 'exists' as const
      throw error
    }
  }

  async list(folder: string) {
    try {
      const names = (await readdir(this.#local(folder))).sort()
      return await Promise.all(
        names.map(async (name) => {
          const path = `${folder.replace(/\/$/, '')}/${name}`
          return { path, bytes: (await stat(this.#local(path))).size }
        }),
      )
    } catch {
      return []
    }
  }

  async delete(path: string): Promise<void> {
    await unlink(this.#local(path))
  }

  #translate(sql: string): string {
    return translate(sql).replaceAll('current_timestamp()', `make_timestamp(${this.now * 1000})`)
  }

  #local(path: string): string {
    return join(this.#folder, path)
  }
}

function bound(params: Readonly<Record<string, SqlValue>>) {
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [
      name,
      value instanceof Date ? value.toISOString() : value,
    ]),
  )
}

/** How DuckDB is told what Spark reads in the type of the inventory. */
const fields = JSON.stringify([
  { column: 'VARCHAR', field: 'VARCHAR', as: 'VARCHAR', mask: 'VARCHAR', tag: 'VARCHAR' },
])

function translate(sql: string): string {
  return sql
    .replace(/from_json\((\S+), '[^']*'\)/g, (_, text) => `from_json(${text}, '${fields}')`)
    .replaceAll('explode(', 'unnest(')
    .replaceAll('`main`.`customerio`.', '')
    .replaceAll('`', '"')
    .replace(/(?<!:):([a-z_]+)/g, '$$$1')
    .replace(/ COMMENT '[^']*'/g, '')
    .replace(/named_struct\('(\w+)', /g, 'struct_pack($1 := ')
    .replace(/^(COMMENT|USING|CLUSTER BY|TBLPROPERTIES).*\n?/gm, (line) =>
      line.startsWith('USING (') ? line : '',
    )
    .replace(/(?<= )STRING\b/g, 'VARCHAR')
}
