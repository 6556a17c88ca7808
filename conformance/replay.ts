import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { SqlParameters, SqlValue } from '../src/warehouse/index.ts'
import { type Answer, type Comparison, difference } from './answer.ts'
import type { Checks } from './checks.ts'
import type { Answers, SparkStep } from './engines.ts'
import type { Recorded } from './recorder.ts'

/** A recorded statement with the step that has Spark run it. */
export interface Replayed {
  readonly recorded: Recorded
  readonly step: SparkStep
}

/**
 * The statements as Spark runs them: text and parameters as the product sent them, but for the catalog's name, and
 * for what only Databricks has: volumes are left out, and COPY INTO becomes an INSERT of the very same columns.
 */
export function replay(statements: readonly Recorded[]): Replayed[] {
  const loaded = new Set<string>()
  return statements.flatMap((recorded, i) => {
    const sql = sparkSql(recorded, loaded)
    if (sql === undefined) return []
    const columns = shownColumns(recorded)
    const step: SparkStep = {
      id: `s${i}`,
      sql,
      parameters: toSparkParameters(recorded.parameters),
      answer: recorded.answer !== undefined,
      ...(columns === undefined ? {} : { columns }),
    }
    return [{ recorded, step }]
  })
}

/** One check for each kind of statement: Spark runs it, and with the result that the twin had. */
export function compareReplay(
  checks: Checks,
  replayed: readonly Replayed[],
  answers: Answers,
): void {
  const kinds = new Map<string, { count: number; problem: string | undefined }>()
  for (const one of replayed) {
    const { recorded, step } = one
    const name = kindOf(recorded.sql)
    const known = kinds.get(name) ?? { count: 0, problem: undefined }
    const found = problem(one, answers)
    kinds.set(name, {
      count: known.count + 1,
      problem: known.problem ?? (found && `${found}\n        ${step.sql.slice(0, 600)}`),
    })
  }
  for (const [name, { count, problem }] of kinds) {
    checks.note(`Spark runs ${name}`, problem, count === 1 ? '' : `${count} times`)
  }
}

function problem({ recorded, step }: Replayed, answers: Answers): string | undefined {
  const error = answers.error(step.id)
  if (recorded.refused)
    return error === undefined ? 'the twin refused it, Spark did not' : undefined
  if (error !== undefined) return error
  if (recorded.answer !== undefined) {
    const answer = answers.get(step.id) as Answer
    return difference(only(recorded.answer, step.columns), answer, comparisonFor(recorded.sql))
  }
  const affected = answers.affected(step.id)
  if (affected === undefined || affected === recorded.affected) return undefined
  return `the twin changed ${recorded.affected} rows, Spark ${affected}`
}

function sparkSql(recorded: Recorded, loaded: Set<string>): string | undefined {
  // Only Databricks has volumes and an information schema, and takes a DESCRIBE for a relation.
  if (/^CREATE VOLUME|FROM \(DESCRIBE HISTORY |information_schema/.test(recorded.sql))
    return undefined
  const sql = recorded.files === undefined ? recorded.sql : insertInstead(recorded, loaded)
  return sql
    ?.replaceAll(/`main`\.(?=`)/g, '`spark_catalog`.')
    .replaceAll(/\bmain\.(?=\w)/g, 'spark_catalog.')
}

/** COPY INTO as an INSERT of the files that no earlier one has loaded; undefined where there are none. */
function insertInstead({ sql, files = '' }: Recorded, loaded: Set<string>): string | undefined {
  const parts = /^COPY INTO (\S+)\s+FROM \(SELECT (.*?)\s+FROM '([^']*)'\)\s+FILEFORMAT = PARQUET$/s
  const [, table, columns, folder] = parts.exec(sql) ?? []
  if (table === undefined || columns === undefined) throw new Error(`cannot read ${sql}`)
  for (const file of existsSync(files) ? readdirSync(files) : []) {
    const key = `${table} ${folder}${file}`
    if (loaded.has(key)) rmSync(join(files, file))
    loaded.add(key)
  }
  if (!existsSync(files) || readdirSync(files).length === 0) return undefined
  const path = `concat('dbfs:${folder}', substring_index(_metadata.file_path, '/', -1))`
  return `INSERT INTO ${table} BY NAME SELECT ${columns.replace('_metadata.file_path', path)} FROM parquet.\`${files}\``
}

/** The columns to compare where not all are for every engine to say alike: ids, times, and what a query leaves open. */
function shownColumns({ sql, answer }: Recorded): readonly string[] | undefined {
  if (sql.startsWith('DESCRIBE HISTORY')) return ['version']
  if (sql.startsWith('DESCRIBE DETAIL')) return ['format']
  const open = [
    ...(sql.includes('FROM table_changes(') ? ['_commit_timestamp'] : []),
    // A lease ends, and its row changes, by the clock of the warehouse that runs the statement.
    ...(ofLeases.test(sql) ? ['expires_at', 'updated_at'] : []),
  ]
  const names = answer?.columns.map((column) => column.split(' ')[0] ?? '')
  return open.length === 0 ? undefined : names?.filter((name) => !open.includes(name))
}

const ofLeases = /\bcustomerio\b.{1,3}\bcheckpoints\b/

function comparisonFor(sql: string): Comparison {
  const isOrdered = /\nORDER BY r\./.test(sql)
  const isAnyRows = / LIMIT \d+$/.test(sql) && !/ORDER BY/.test(sql)
  return { ordered: isOrdered, countOnly: isAnyRows }
}

function only(answer: Answer, names: readonly string[] | undefined): Answer {
  if (names === undefined) return answer
  const at = names.map((name) =>
    answer.columns.findIndex((column) => column.split(' ')[0] === name),
  )
  return {
    columns: at.map((i) => answer.columns[i] ?? ''),
    rows: answer.rows.map((row) => {
      const cells: unknown[] = JSON.parse(row)
      return JSON.stringify(at.map((i) => cells[i]))
    }),
  }
}

/** A statement without what changes from one time to the next, short enough for a line. */
function kindOf(sql: string): string {
  const text = sql
    .replaceAll(/\s+/g, ' ')
    .replaceAll('`', '')
    .replaceAll(/AS OF \d+/g, 'AS OF n')
    .replaceAll(/_\d{6}(?:_[0-9a-f]{8})?\b/g, '_n')
    .replaceAll(/\.\d{6}\b/g, '.n')
  if (text.startsWith('SELECT count(*) AS row_count')) return `the count of a window: ${tail(text)}`
  if (text.startsWith('SELECT r._key')) return `the read of a window: ${tail(text)}`
  return text.length > 110 ? `${text.slice(0, 110)}…` : text
}

/** What a long generated query reads, and how. */
function tail(text: string): string {
  const table = /FROM (main\.\S+ VERSION AS OF n|main\.\S+)/.exec(text)?.[1] ?? 'a query'
  const clauses = ['LEFT ANTI JOIN', 'LEFT JOIN', 'ORDER BY', 'OVER (PARTITION BY'].filter((word) =>
    text.includes(word),
  )
  const joins = text.split(' JOIN ').length - 1
  return [table, ...clauses, ...(joins > 1 ? [`${joins} joins`] : [])].join(', ')
}

function toSparkParameters(parameters: SqlParameters): NonNullable<SparkStep['parameters']> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [name, toSparkParameter(value)]),
  )
}

/** As the product's driver types them. */
function toSparkParameter(value: SqlValue): { readonly type: string; readonly value: unknown } {
  if (value === null) return { type: 'VOID', value }
  if (value instanceof Date) return { type: 'TIMESTAMP', value: value.toISOString() }
  if (typeof value === 'string') return { type: 'STRING', value }
  if (typeof value === 'boolean') return { type: 'BOOLEAN', value }
  const isWhole = typeof value === 'bigint' || Number.isInteger(value)
  return isWhole ? { type: 'BIGINT', value: String(value) } : { type: 'DOUBLE', value }
}
