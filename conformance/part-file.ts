import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PlainColumn, RunColumn } from '../src/audit/parquet/columns.ts'
import { encodePart, PartBuilder } from '../src/audit/parquet/part.ts'
import type { Answer } from './answer.ts'
import type { Checks } from './checks.ts'
import type { Answers, SparkStep } from './engines.ts'

/** What no part of the demo holds: a BIGINT beyond 2^53, NULL in each type, times before 1970 and far ahead. */
const rows = [
  { txt: 'plain', whole: 1, big: 1n, instant: Date.parse('2026-03-04T05:06:07.089Z') },
  { txt: 'ü 🦆 "', whole: -2147483648, big: 9007199254740993n, instant: -1 },
  { txt: '', whole: 2147483647, big: -9223372036854775808n, instant: Date.UTC(9999, 11, 31) },
  { txt: null, whole: null, big: null, instant: null },
]

const expected: Answer = {
  columns: [
    'txt Utf8',
    'whole Int32',
    'big Int64',
    'instant Timestamp<MICROSECOND, UTC>',
    'repeated Utf8',
  ],
  rows: rows.map(({ txt, whole, big, instant }) =>
    JSON.stringify([
      txt,
      whole === null ? null : String(whole),
      big === null ? null : String(big),
      instant === null ? null : String(BigInt(instant) * 1000n),
      'run-1',
    ]),
  ),
}

/** Writes such a part, plain and compressed, and gives the steps that load it into a Delta table. */
export async function partSteps(folder: string): Promise<SparkStep[]> {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'plain.parquet'), await encodePart(build(), false))
  writeFileSync(join(folder, 'zipped.parquet'), await encodePart(build(), true))
  const table = '`spark_catalog`.`parts`.`loaded`'
  const insert = (file: string) =>
    `INSERT INTO ${table} BY NAME SELECT CAST(txt AS STRING) AS txt, CAST(whole AS INT) AS whole, CAST(big AS BIGINT) AS big, CAST(instant AS TIMESTAMP) AS instant, CAST(repeated AS STRING) AS repeated FROM parquet.\`${join(folder, file)}\``
  const statements = [
    'CREATE SCHEMA `spark_catalog`.`parts`',
    `CREATE TABLE ${table} (txt STRING, whole INT, big BIGINT, instant TIMESTAMP, repeated STRING) USING DELTA`,
    insert('plain.parquet'),
    insert('zipped.parquet'),
  ]
  return [
    ...statements.map((sql, i) => ({ id: `part.${i}`, sql, answer: false })),
    ...['plain', 'zipped'].map((name) => ({
      id: `part.${name}`,
      sql: `SELECT * FROM parquet.\`${join(folder, `${name}.parquet`)}\``,
      answer: true,
    })),
    { id: 'part.loaded', sql: `SELECT * FROM ${table}`, answer: true },
  ]
}

/** The part as Spark sees it, without being told any type; and what it becomes in Delta. */
export function compareParts(checks: Checks, answers: Answers): void {
  for (const name of ['plain', 'zipped']) {
    checks.compare(
      `Spark reads a ${name} part, its types included`,
      expected,
      answers.get(`part.${name}`),
    )
  }
  const twice = { columns: expected.columns, rows: [...expected.rows, ...expected.rows] }
  checks.compare('Spark loads both into a Delta table', twice, answers.get('part.loaded'))
}

function build(): ReturnType<PartBuilder['seal']> {
  const txt = new PlainColumn()
  const whole = new RunColumn('INT')
  const big = new RunColumn('BIGINT')
  const instant = new RunColumn('TIMESTAMP')
  const repeated = new RunColumn('STRING')
  for (const row of rows) {
    if (row.txt === null) txt.nulls(1)
    else txt.text(row.txt)
    whole.push(row.whole, 1)
    big.push(row.big, 1)
    instant.push(row.instant, 1)
  }
  repeated.push('run-1', rows.length)
  const part = new PartBuilder([
    { name: 'txt', type: 'STRING', column: txt },
    { name: 'whole', type: 'INT', column: whole },
    { name: 'big', type: 'BIGINT', column: big },
    { name: 'instant', type: 'TIMESTAMP', column: instant },
    { name: 'repeated', type: 'STRING', column: repeated },
  ])
  part.rowsAdded()
  return part.seal()
}
