import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { SqlRow } from '../../src/warehouse/index.ts'
import type { CrashPoint } from './crash-points.ts'
import { type Ended, type Running, startWorld, until, type World } from './processes.ts'
import { journalOf, type Received } from './received.ts'

/** The two syncs that are crashed: a state of many small rows, and events of large ones in lanes by identity. */
export type CrashedSync = 'people' | 'steps'

/** What one process was seen to do at Customer.io until it was killed or ended. */
export interface Attempt {
  readonly received: readonly Received[]
}

/** How the product's process is started. */
export interface StartOptions {
  /** So many times as fast runs its time, see fast-clock.js. */
  readonly speed?: number | undefined
}

/** How large the first source is, and how much each change adds to it. */
export interface RigSize {
  readonly people: number
  readonly steps: number
  readonly morePeople: number
  readonly moreSteps: number
}

/** A project whose runs can be killed, with everything that is needed to see what came of it. */
export interface CrashRig {
  readonly world: World
  /** Starts `run <sync>` on a local disk of its own. */
  start(sync: CrashedSync, options?: StartOptions): Running
  /** Kills a process as `kill -9` does, waits until what it had sent is taken, and notes that. */
  kill(running: Running): Promise<Attempt>
  /** Waits until a process has come so far, and fails with what it said when it ends before that. */
  comesTo(running: Running, name: string, isThere: () => Promise<boolean>): Promise<void>
  /** Starts `run <sync>`, kills it at a point, and fails when it never gets there. */
  dieAt(sync: CrashedSync, point: CrashPoint): Promise<Attempt>
  /** Runs `run <sync>` to its end, with nothing in its way. */
  finish(sync: CrashedSync, options?: StartOptions): Promise<Ended>
  /** Waits until everything that was sent is taken, and notes it as an attempt. */
  note(): Promise<Attempt>
  /** Removes everything that the product has put on the local disk. */
  wipeDisk(): void
  /** Names of the files on it. */
  disk(): string[]
  /** Takes a few people away, changes all the others, and adds rows to both tables. */
  changeSource(): Promise<void>
  /** Adds steps about so many people, with notes of so many bytes. */
  addSteps(count: number, walkers: number, noteBytes: number): Promise<void>
  sql(statement: string): Promise<SqlRow[]>
  /** Attempts since the last call, oldest first. */
  takeAttempts(): Attempt[]
  /** The last window of each sync that was looked at. */
  readonly checked: Map<CrashedSync, string>
  /** Every step that Customer.io has ever received: its mark by its id. */
  steps(): Map<number, number>
  close(): Promise<void>
}

const files = {
  'syncs/people.yml': `sync: people
source: { table: main.shop.people, key: id, changes: feed }
send: { call: identify, person: { id: id }, traits: { mark: mark, note: note } }
on_delete: delete
brakes: { first_run: allow, max_change_factor: 0, max_delete_percent: 100 }
`,
  'syncs/steps.yml': `sync: steps
source: { table: main.shop.steps, key: id, changes: diff, start: all, audit_key: hashed }
send: { call: track, event: Step, person: { id: person }, at: at, properties: { id: id, mark: mark, note: note } }
brakes: { first_run: allow, max_change_factor: 0, max_delete_percent: 100 }
`,
}

const fastClock = `--import=${new URL('./fast-clock.js', import.meta.url)}`

/** Starts a world with a project of two syncs in it. */
export async function startCrashRig(size: RigSize): Promise<CrashRig> {
  const world = await startWorld()
  const { warehouse, project } = await world.parts(files)
  const disk = join(world.folder, 'local-disk')
  const journal = journalOf(world)
  const checked = new Map<CrashedSync, string>()
  const steps = new Map<number, number>()
  let attempts: Attempt[] = []
  const rows = { people: 0, steps: 0 }
  let mark = 0

  const addPeople = async (count: number) => {
    await warehouse.execute(
      `INSERT INTO main.shop.people SELECT id + ${rows.people}, CAST(${mark} AS BIGINT), repeat('p', 150) FROM range(${count})`,
    )
    rows.people += count
  }
  const addSteps = async (count: number, walkers = 97, noteBytes = 400) => {
    await warehouse.execute(
      `INSERT INTO main.shop.steps SELECT id + ${rows.steps}, concat('p', id % ${walkers}), CAST(${mark} AS BIGINT), repeat('s', ${noteBytes}),
        CAST(timestamp_seconds(1700000000 + id) AS TIMESTAMP) FROM range(${count})`,
    )
    rows.steps += count
  }
  const note = async (): Promise<Attempt> => {
    const attempt = { received: await journal() }
    const sent = attempt.received.map(({ text }) => JSON.parse(text) as Sent)
    for (const { properties } of sent.filter(({ event }) => event === 'Step'))
      steps.set(Number(properties?.id), Number(properties?.mark))
    attempts.push(attempt)
    return attempt
  }

  await warehouse.execute('CREATE SCHEMA IF NOT EXISTS main.shop')
  await warehouse.execute(
    'CREATE TABLE main.shop.people (id BIGINT, mark BIGINT, note STRING) USING DELTA TBLPROPERTIES (delta.enableChangeDataFeed = true)',
  )
  await warehouse.execute(
    'CREATE TABLE main.shop.steps (id BIGINT, person STRING, mark BIGINT, note STRING, at TIMESTAMP) USING DELTA',
  )
  await addPeople(size.people)
  await addSteps(size.steps)

  const rig: CrashRig = {
    world,
    start(sync, { speed } = {}) {
      const temporary = join(disk, 'tmp')
      mkdirSync(temporary, { recursive: true })
      return world.start('customerio-jobs.mjs', ['run', sync, '--project', project.root], {
        CUSTOMERIO_JOBS_SPOOL: join(disk, 'spool'),
        TMPDIR: temporary,
        ...(speed === undefined ? {} : { NODE_OPTIONS: fastClock, CLOCK_SPEED: String(speed) }),
      })
    },
    async kill({ child, ended }) {
      child.kill('SIGKILL')
      await ended
      return note()
    },
    async comesTo({ child, ended }, name, isThere) {
      const hasEnded = () => child.exitCode !== null || child.signalCode !== null
      await until(async () => hasEnded() || (await isThere()))
      if (!hasEnded()) return
      const { code, stdout, stderr } = await ended
      throw new Error(`it ended with ${code} and never came to: ${name}. ${stdout}${stderr}`)
    },
    async dieAt(sync, { name, rules, speed, answered = 0 }) {
      const accepted = async () => Number((await world.counts()).accepted)
      const enough = (await accepted()) + answered
      await world.faults(rules)
      const running = rig.start(sync, { speed })
      await rig.comesTo(running, name, async () => {
        const [fired = 0] = await world.fired()
        return fired > 0 && (await accepted()) >= enough
      })
      const attempt = await rig.kill(running)
      await world.faults([])
      return attempt
    },
    async finish(sync, options) {
      await world.faults([])
      const ended = await rig.start(sync, options).ended
      await note()
      return ended
    },
    note,
    wipeDisk: () => rmSync(disk, { recursive: true, force: true }),
    disk: () =>
      readdirSync(disk, { recursive: true, encoding: 'utf8' }).filter((path) => path.includes('.')),
    async changeSource() {
      mark += 1
      await warehouse.execute(
        `DELETE FROM main.shop.people WHERE id IN (${mark * 3}, ${mark * 3 + 1}, ${rows.people - 1})`,
      )
      await warehouse.execute(`UPDATE main.shop.people SET mark = CAST(${mark} AS BIGINT)`)
      await addPeople(size.morePeople)
      await addSteps(size.moreSteps)
    },
    addSteps,
    sql: (statement) => warehouse.query(statement),
    checked,
    takeAttempts() {
      const taken = attempts
      attempts = []
      return taken
    },
    steps: () => steps,
    close: () => world.close(),
  }
  return rig
}

interface Sent {
  readonly event?: string
  readonly properties?: { readonly id: number; readonly mark: number }
}
