import { join } from 'node:path'
import type { Warehouse } from '../src/warehouse/index.ts'
import type { Answer } from './answer.ts'
import { ask } from './twin.ts'

/** Something every engine can be asked about a Delta table, by the table's folder alone. */
export interface Question {
  readonly id: string
  readonly name: string
  readonly folder: string
  readonly kind: 'rows' | 'changes' | 'history'
  /** Of `rows`: the version to read; the newest unless given. */
  readonly version?: number
  /** Of `changes`: first and last version, both included. */
  readonly from?: number
  readonly to?: number
  /** Engines that cannot be asked, with the reason. */
  readonly not?: Readonly<Partial<Record<Engine, string>>>
}

/** The engines that did not come from us. */
export type Engine = 'chdb' | 'delta-rs' | 'Spark'

/** A question with what the twin answers. */
export interface Asked extends Question {
  readonly expected: Answer
}

/** What is to be asked about a table. */
export interface Subject {
  /** `catalog.schema.table` */
  readonly table: string
  /** Ask for its history; true unless told. */
  readonly history?: boolean
  /** Ask about each of its versions. */
  readonly versions?: boolean
  /** Ask for these pieces of the change feed; to the newest version unless told. */
  readonly changes?: readonly {
    readonly from: number
    readonly to?: number
    readonly not?: Question['not']
  }[]
  readonly not?: Question['not']
}

/** Asks the twin everything about the tables of a lake. */
export async function askTwin(
  warehouse: Warehouse,
  lake: string,
  subjects: readonly Subject[],
): Promise<Asked[]> {
  const asked: Asked[] = []
  for (const subject of subjects) {
    for (const question of await questionsOn(warehouse, lake, subject)) {
      asked.push({ ...question, expected: await ask(warehouse, statement(subject, question)) })
    }
  }
  return asked
}

async function questionsOn(
  warehouse: Warehouse,
  lake: string,
  { table, history = true, versions = false, changes = [], not }: Subject,
): Promise<Question[]> {
  const [newest] = await warehouse.query(`DESCRIBE HISTORY ${table} LIMIT 1`)
  const last = Number(newest?.version)
  const common = {
    folder: join(lake, 'tables', ...table.split('.')),
    ...(not === undefined ? {} : { not }),
  }
  const questions: Question[] = [
    { ...common, id: `${table}.rows`, name: `the rows of ${table}`, kind: 'rows' },
  ]
  if (history) {
    questions.push({
      ...common,
      id: `${table}.history`,
      name: `the history of ${table}`,
      kind: 'history',
      not: { ...not, chdb: 'has no function for it' },
    })
  }
  for (let version = 0; versions && version < last; version++) {
    const name = `${table} VERSION AS OF ${version}`
    questions.push({ ...common, id: `${table}.v${version}`, name, kind: 'rows', version })
  }
  for (const { from, to = last, not: alsoNot } of changes) {
    questions.push({
      ...common,
      id: `${table}.changes.${from}-${to}`,
      name: `table_changes('${table}', ${from}, ${to})`,
      kind: 'changes',
      from,
      to,
      not: { ...not, ...alsoNot },
    })
  }
  return questions
}

function statement({ table }: Subject, { kind, version, from, to }: Question): string {
  if (kind === 'history') {
    return `SELECT version, timestamp, operation FROM (DESCRIBE HISTORY ${table})`
  }
  if (kind === 'changes') return `SELECT * FROM table_changes('${table}', ${from}, ${to})`
  return `SELECT * FROM ${table}${version === undefined ? '' : ` VERSION AS OF ${version}`}`
}
