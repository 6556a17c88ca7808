import { type DeltaTable, fromDuckDb, type TableName } from '../delta/index.ts'
import {
  type FileChoice,
  type FileFormat,
  filesQuery,
  findFiles,
  metadataColumn,
  type SourceFile,
} from './copy-files.ts'
import type { Cursor } from './cursor.ts'
import { sqlError, unsupported } from './errors.ts'
import { alignedQuery, counted } from './insert.ts'
import { quoteName } from './literals.ts'
import { readTable } from './names.ts'
import type { Operation, Statement } from './operation.ts'
import { readQuery } from './query.ts'
import { resultColumns } from './result-types.ts'
import { volumeNotFound } from './schemas.ts'
import { bindRelation, type Scope } from './scope.ts'
import { readProperties } from './table-properties.ts'

/** COPY INTO as it is read. */
interface Copy {
  readonly name: TableName
  readonly query: string
  /** The private view that the query reads the files from. */
  readonly view: string
  readonly path: string
  readonly choice: FileChoice
  readonly format: FileFormat
  readonly isForced: boolean
  readonly mergeSchema: boolean
}

/** How often a load starts again because another one loaded some of its files first. */
const maxAttempts = 20

/**
 * COPY INTO, from behind COPY. Each file is loaded once, whoever asks and how many at a time: its path is a Delta
 * transaction of the very commit that loads it.
 */
export function readCopyInto(cursor: Cursor, scope: Scope): Statement {
  cursor.expect('INTO')
  const name = readTable(cursor, scope.defaults)
  if (cursor.sees('BY') || cursor.sees('('))
    throw unsupported('COPY INTO with BY POSITION or a column list')
  cursor.expect('FROM')
  const inner: Scope = { ...scope, hiddenColumn: metadataColumn }
  const query = readSource(cursor, inner)
  const [files, ...others] = scope.relations
  if (files?.relation.kind !== 'files' || others.length > 0) {
    throw unsupported('COPY INTO from anything but one path')
  }
  const copy = { name, query, view: files.view, path: files.relation.path, ...readOptions(cursor) }
  cursor.finish()
  return async (operation) => {
    const { lake } = operation
    const table = operation.table(name)
    const path = copy.path.replace(/^dbfs:/, '')
    const [, volumes, catalog = '', schema = '', volume = ''] = path.split('/')
    if (volumes !== 'Volumes') throw unsupported('COPY INTO from outside /Volumes')
    if (!lake.hasVolume(catalog, schema, volume))
      throw volumeNotFound(`\`${catalog}\`.\`${schema}\`.\`${volume}\``)
    const found = findFiles(lake.volumePath(path), path, copy.choice)
    const inserted = await load(operation, table, copy, found)
    return counted({
      num_affected_rows: inserted,
      num_inserted_rows: inserted,
      num_skipped_corrupt_files: 0,
    })
  }
}

/** The query over the files; a bare path stands for all their columns. */
function readSource(cursor: Cursor, scope: Scope): string {
  if (cursor.accept('(')) {
    const query = readQuery(cursor, scope)
    cursor.expect(')')
    return query
  }
  const view = bindRelation(scope, { kind: 'files', path: cursor.string() })
  return `SELECT * EXCLUDE (${quoteName(metadataColumn)}) FROM ${quoteName(view)}`
}

function readOptions(cursor: Cursor): Pick<Copy, 'choice' | 'format' | 'isForced' | 'mergeSchema'> {
  cursor.expect('FILEFORMAT', '=')
  const name = cursor.identifier().toUpperCase()
  if (cursor.sees('VALIDATE')) throw unsupported('COPY INTO … VALIDATE')
  let choice: FileChoice = {}
  if (cursor.accept('FILES')) {
    cursor.expect('=')
    choice = { files: cursor.inParentheses(() => cursor.string()) }
  } else if (cursor.accept('PATTERN')) {
    cursor.expect('=')
    choice = { pattern: cursor.string() }
  }
  const options = cursor.accept('FORMAT_OPTIONS') ? readProperties(cursor) : {}
  const copyOptions = cursor.accept('COPY_OPTIONS') ? readProperties(cursor) : {}
  for (const key of Object.keys(copyOptions)) {
    if (key !== 'force' && key !== 'mergeSchema') throw unsupported(`the copy option ${key}`)
  }
  const isOn = (key: string) => copyOptions[key]?.toLowerCase() === 'true'
  return {
    choice,
    format: { name, options },
    isForced: isOn('force'),
    mergeSchema: isOn('mergeSchema'),
  }
}

/** Loads what is not loaded yet, again from the start whenever another load got in between. */
async function load(
  operation: Operation,
  table: DeltaTable,
  copy: Copy,
  found: readonly SourceFile[],
): Promise<number> {
  const { connection } = operation
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const { transactions } = await table.snapshot()
    const files = found.filter((f) => copy.isForced || !transactions.has(appId(f)))
    if (files.length === 0) return 0
    const query = await filesQuery(connection, files, copy.format)
    await connection.run(`CREATE OR REPLACE TEMP VIEW ${quoteName(copy.view)} AS ${query}`)
    const txn = files.map((f) => ({
      appId: appId(f),
      version: (transactions.get(appId(f)) ?? 0) + 1,
    }))
    const select = await selectFor(operation, table, copy)
    const options = { operation: 'COPY INTO', parameters: { numFiles: String(files.length) }, txn }
    const result = await table.append(connection, select, options)
    if (!result.skipped) return result.inserted
  }
  throw sqlError(
    'DELTA_CONCURRENT_TRANSACTION',
    'Other loads of the same files kept getting in between. Try the statement again.',
    '40000',
  )
}

/** The rows in the table's columns; with mergeSchema, columns that the table lacks are added to it first. */
async function selectFor(operation: Operation, table: DeltaTable, copy: Copy): Promise<string> {
  const found = await resultColumns(operation.connection, copy.query)
  if (copy.mergeSchema) {
    const known = new Set((await table.snapshot()).columns.map((c) => c.name.toLowerCase()))
    const more = found.filter((column) => !known.has(column.name.toLowerCase()))
    const columns = more.map((c) => ({ name: c.name, type: fromDuckDb(c.type), nullable: true }))
    if (columns.length > 0) await table.addColumns(columns)
  }
  const { columns } = await table.snapshot()
  return await alignedQuery(operation, copy.name, columns, copy.query, { by: 'name' })
}

function appId(file: SourceFile): string {
  return `copy-into:${file.volumePath}`
}
