import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Answer, toAnswer } from './answer.ts'
import type { Asked, Question } from './questions.ts'

/** What an engine did with each thing it was asked, by id. */
export interface Answers {
  /** Name and version of the engine. */
  readonly version: string
  /** The answer, or what went wrong in the engine's words. */
  get(id: string): Answer | { readonly error: string }
  /** What went wrong, in the engine's words. */
  error(id: string): string | undefined
  /** Rows that a statement changed, where the engine said so. */
  affected(id: string): number | undefined
}

interface Result {
  readonly error?: string
  readonly affected?: number | null
}

/** One statement for Spark. */
export interface SparkStep {
  readonly id: string
  readonly sql: string
  readonly parameters?: Readonly<Record<string, { readonly type: string; readonly value: unknown }>>
  /** Only these columns of the result. */
  readonly columns?: readonly string[]
  /** Whether the rows are wanted; else the number of changed rows is. */
  readonly answer: boolean
}

/** chdb has to be told the columns; it reads below `root` only. */
export function askChdb(asked: readonly Asked[], out: string, root: string): Answers {
  const questions = asked.map(({ expected, ...question }) => ({
    ...question,
    columns: expected.columns.map((column) => column.split(' ')),
  }))
  return runJob(process.execPath, 'conformance/chdb-answers.js', out, { questions, root })
}

export function askDeltaRs(questions: readonly Question[], out: string, python: string): Answers {
  return runJob(python, 'conformance/delta_rs_answers.py', out, { questions })
}

/** Runs the steps in order, in one Spark process with an empty catalog. */
export function runSpark(
  steps: readonly SparkStep[],
  out: string,
  { python, jars }: { readonly python: string; readonly jars: string },
): Answers {
  const warehouse = join(out, 'warehouse')
  return runJob(python, 'conformance/spark_steps.py', out, { steps, jars, warehouse })
}

/** A program of its own for each engine: it takes a file that says what to do and leaves its answers in a folder. */
function runJob(program: string, script: string, out: string, job: object): Answers {
  mkdirSync(out, { recursive: true })
  const file = join(out, 'job.json')
  writeFileSync(file, JSON.stringify({ ...job, out }))
  const { status, stderr } = spawnSync(program, [script, file], { encoding: 'utf8' })
  if (status !== 0) {
    const last = stderr.trim().split('\n').slice(-15).join('\n')
    throw new Error(`${script} ended with exit code ${status}:\n${last}`)
  }
  const { version, results } = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8')) as {
    version: string
    results: Readonly<Record<string, Result>>
  }
  const errorOf = (id: string) => (results[id] === undefined ? 'was not asked' : results[id].error)
  return {
    version,
    get(id) {
      const error = errorOf(id)
      return error === undefined ? toAnswer([readFileSync(join(out, `${id}.arrow`))]) : { error }
    },
    error: errorOf,
    affected: (id) => results[id]?.affected ?? undefined,
  }
}
