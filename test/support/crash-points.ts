import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { CrashRig } from './crash-rig.ts'

/** One place to die at. */
export interface CrashPoint {
  readonly name: string
  /** Fault rules of the twin; the process is killed while the first of them stalls its call. */
  readonly rules: readonly object[]
  /** So many times as fast runs the time of the process. */
  readonly speed?: number
  /** Requests that must have been answered before it is killed. */
  readonly answered?: number
  /** Whether anything has reached Customer.io by then; left out where an earlier attempt decides that. */
  readonly sends?: boolean
  /** What the stalled call changes, as one number. */
  readonly measure?: (rig: CrashRig) => Promise<number>
  /** Whether it has changed that by then. */
  readonly isDone?: boolean
  /** Whether rows lie on the local disk by then. */
  readonly spools?: true
}

/** A call of a run, by what it is for. */
type Step = Pick<CrashPoint, 'sends' | 'measure' | 'speed'> & {
  readonly call: object
  /** What else is stalled meanwhile. */
  readonly also?: readonly object[]
}

/** Longer than any test waits before it kills. */
const stallMs = 20_000
/** The call never takes effect. */
const never = { delayMs: stallMs, reset: 'before' }
/** The call takes effect, and its answer is lost. */
const lost = { delayAfterMs: stallMs, reset: 'after' }

const control = 'main.customerio'
const batch = { door: 'customerio', call: 'POST /v1/batch' }
const statement = (text: string) => ({ door: 'warehouse', statement: text })

/** The steps of a run in the order in which it takes them. */
const steps = {
  'taking the lease': {
    call: statement('UPDATE *`checkpoints` SET `epoch` = *'),
    measure: sum('checkpoints', 'epoch'),
    sends: false,
  },
  'pinning the source': { call: statement('DESCRIBE HISTORY *shop*'), sends: false },
  'counting the rows': { call: statement('WITH *SELECT _class, count(*'), sends: false },
  'opening the window': {
    call: statement('MERGE INTO *`windows` AS t USING*'),
    measure: count('windows'),
    sends: false,
  },
  'starting the attempt': {
    call: statement('MERGE INTO *`runs` AS t USING*'),
    measure: count('runs'),
    sends: false,
  },
  'starting to read': { call: statement('WITH *SELECT r.`_key`,*FROM here AS r*'), sends: false },
  'reading what is gone': { call: statement('WITH *FROM gone AS g*'), sends: true },
  'uploading a part': {
    call: {
      door: 'workspace',
      call: 'PUT /api/2.0/fs/files/Volumes/main/customerio/parts/outcomes/*',
    },
    measure: async ({ world }) => partsIn(world.data),
    sends: true,
  },
  'loading the parts': {
    call: statement('COPY INTO *`outcome_log`*'),
    measure: count('outcome_log'),
  },
  'settling the ledger': {
    call: statement('MERGE INTO *`ledger` AS t USING*'),
    measure: sum('ledger', 'window_number'),
  },
  'closing the window': {
    call: statement('MERGE INTO *`windows` AS w USING*'),
    measure: count('windows', "state = 'closed'"),
  },
  'moving the checkpoint': {
    call: statement('UPDATE *`checkpoints` SET `position` = *'),
    measure: sum('checkpoints', 'window_number'),
  },
  'ending the attempt': {
    call: statement('UPDATE *`runs` SET *'),
    measure: count('runs', 'finished_at IS NOT NULL'),
  },
  'renewing the lease': {
    call: statement('UPDATE *`checkpoints` SET `expires_at` = *'),
    // A minute of its time is nothing to anybody else, and the sending outlasts it.
    speed: 100,
    sends: false,
    also: [{ ...batch, fault: never }],
  },
  'giving back the lease': {
    call: statement('UPDATE *`checkpoints` SET `owner` = NULL*'),
    // Taking a free lease and holding it does not change this; giving it back does.
    measure: number(
      `SELECT sum(epoch - CASE WHEN owner IS NULL THEN 0 ELSE 1 END) AS n FROM ${control}.checkpoints`,
    ),
  },
} as const satisfies Record<string, Step>

/** The process dies before a step takes effect. */
export function justBefore(name: keyof typeof steps): CrashPoint {
  return pointOf(`before ${name}`, steps[name], never, false)
}

/** The process dies after a step took effect, without having heard of it. */
export function justAfter(name: keyof typeof steps): CrashPoint {
  return pointOf(`after ${name}, its answer lost`, steps[name], lost, true)
}

function pointOf(name: string, step: Step, fault: object, isDone: boolean): CrashPoint {
  const { call, also = [], ...rest } = step
  const rules = [{ ...call, when: { times: 1 }, fault }, ...also]
  return { name, rules, ...rest, ...(step.measure === undefined ? {} : { isDone }) }
}

/** Places between the steps, most of them while it sends. */
export const within = {
  reading: {
    name: 'in the middle of fetching the rows',
    rules: [{ door: 'warehouse', call: 'FetchResults', fault: never }],
    sends: false,
    spools: true,
  },
  spooled: {
    name: 'when all rows are spooled',
    rules: [{ door: 'warehouse', call: 'CloseOperation', fault: never }],
    sends: false,
    spools: true,
  },
  firstTaken: {
    name: 'when the first request was taken and none answered',
    rules: [
      { ...batch, when: { nth: 1 }, fault: lost },
      { ...batch, fault: never },
    ],
    sends: true,
  },
  betweenAnswers: {
    name: 'between two answers',
    rules: [{ ...batch, when: { from: 3 }, fault: never }],
    answered: 2,
    sends: true,
  },
  laterTaken: {
    name: 'when a later request was taken, its answer lost',
    rules: [
      { ...batch, when: { nth: 3 }, fault: lost },
      { ...batch, when: { from: 4 }, fault: never },
    ],
    answered: 2,
    sends: true,
  },
} as const satisfies Record<string, CrashPoint>

function number(sql: string): NonNullable<CrashPoint['measure']> {
  return async (rig) => Number((await rig.sql(sql))[0]?.n ?? 0)
}

function count(table: string, where = 'TRUE') {
  return number(`SELECT count(*) AS n FROM ${control}.${table} WHERE ${where}`)
}

function sum(table: string, column: string) {
  return number(`SELECT sum(${column}) AS n FROM ${control}.${table}`)
}

/** Parts of outcomes that stand in the volume, which is a folder of the twin's. */
function partsIn(data: string): number {
  return readdirSync(join(data, 'lake'), { recursive: true, encoding: 'utf8' }).filter(
    (path) => path.includes('/parts/') && /\/outcomes\/.*\.parquet$/.test(path),
  ).length
}
