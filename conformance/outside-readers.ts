import type { Checks } from './checks.ts'
import type { Answers, SparkStep } from './engines.ts'
import type { Asked, Engine } from './questions.ts'

/** Compares what an engine answered with what the twin did, one check for each question. */
export function compareAnswers(
  checks: Checks,
  engine: Engine,
  asked: readonly Asked[],
  answers: Answers,
): void {
  for (const { id, name, expected } of questionsFor(engine, asked)) {
    const looseTypes = engine === 'chdb'
    checks.compare(`${engine} reads ${name}`, expected, answers.get(id), { looseTypes })
  }
}

/** The questions that an engine can be asked. */
export function questionsFor(engine: Engine, asked: readonly Asked[]): Asked[] {
  return asked.filter(({ not }) => not?.[engine] === undefined)
}

/** The questions as statements on the tables' folders. */
export function asSparkSteps(asked: readonly Asked[]): SparkStep[] {
  return asked.map(({ id, folder, kind, version, from, to }) => {
    if (kind === 'history') {
      const columns = ['version', 'timestamp', 'operation']
      return { id, sql: `DESCRIBE HISTORY delta.\`${folder}\``, columns, answer: true }
    }
    const sql =
      kind === 'changes'
        ? `SELECT * FROM table_changes_by_path('${folder}', ${from}, ${to})`
        : `SELECT * FROM delta.\`${folder}\`${version === undefined ? '' : ` VERSION AS OF ${version}`}`
    return { id, sql, answer: true }
  })
}
