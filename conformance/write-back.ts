import { join } from 'node:path'
import type { Warehouse } from '../src/warehouse/index.ts'
import type { Checks } from './checks.ts'
import type { Answers, SparkStep } from './engines.ts'
import { ask } from './twin.ts'

/** The tables that Spark writes to, with the number of versions that the twin left. */
const people = 'main.dml.people'
const longLog = 'main.dml.long_log'

/** An append, a MERGE and an OPTIMIZE by Spark on tables that the twin made; then what Spark itself reads there. */
export function writeSteps(folder: string): SparkStep[] {
  const at = (table: string) => `delta.\`${join(folder, 'lake/tables', ...table.split('.'))}\``
  const feed = (table: string) =>
    `table_changes_by_path('${join(folder, 'lake/tables', ...table.split('.'))}', 0)`
  const writes = [
    `INSERT INTO ${at(people)} (id, name, score, seen) VALUES (300, 'by Spark', 1.25, TIMESTAMP'2025-06-07T08:09:10.111213Z')`,
    `MERGE INTO ${at(people)} AS t USING (SELECT * FROM VALUES (2L, 'merged'), (3L, NULL), (301L, 'new') AS v(id, name)) AS s ON t.id = s.id WHEN MATCHED AND s.name IS NULL THEN DELETE WHEN MATCHED THEN UPDATE SET name = s.name WHEN NOT MATCHED THEN INSERT (id, name) VALUES (s.id, s.name)`,
    `INSERT INTO ${at(people)} (id, note) VALUES (302, 'before OPTIMIZE')`,
    `OPTIMIZE ${at(people)}`,
    `INSERT INTO ${at(longLog)} VALUES (1000, 'by Spark')`,
    `OPTIMIZE ${at(longLog)}`,
  ]
  return [
    ...writes.map((sql, i) => ({ id: `write.${i}`, sql, answer: false })),
    ...[people, longLog].flatMap((table) => [
      { id: `after.${table}`, sql: `SELECT * FROM ${at(table)}`, answer: true },
      { id: `after.${table}.changes`, sql: `SELECT * FROM ${feed(table)}`, answer: true },
      {
        id: `after.${table}.history`,
        sql: `DESCRIBE HISTORY ${at(table)}`,
        columns: ['version', 'timestamp', 'operation'],
        answer: true,
      },
    ]),
  ]
}

/** Compares what the twin reads, after Spark wrote, with what Spark read. */
export async function compareWrites(
  checks: Checks,
  warehouse: Warehouse,
  answers: Answers,
): Promise<void> {
  const verbs = ['appends', 'merges', 'appends again', 'optimizes', 'appends', 'optimizes']
  for (const [i, verb] of verbs.entries()) {
    checks.note(`Spark ${verb} in ${i < 4 ? people : longLog}`, answers.error(`write.${i}`))
  }
  for (const table of [people, longLog]) {
    const asked = {
      [`after.${table}`]: `SELECT * FROM ${table}`,
      [`after.${table}.changes`]: `SELECT * FROM table_changes('${table}', 0)`,
      [`after.${table}.history`]: `SELECT version, timestamp, operation FROM (DESCRIBE HISTORY ${table})`,
    }
    for (const [id, sql] of Object.entries(asked)) {
      const name = `the twin reads what Spark wrote: ${sql}`
      checks.compare(name, await ask(warehouse, sql), answers.get(id))
    }
  }
}

/** The twin goes on where Spark left off. */
export async function writeAgain({ execute }: Warehouse): Promise<void> {
  await execute(`UPDATE ${people} SET note = 'the twin again' WHERE id >= 300`)
  await execute(`INSERT INTO ${longLog} VALUES (1001, 'the twin again')`)
}
