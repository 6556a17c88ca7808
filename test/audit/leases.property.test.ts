import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import {
  controlStatements,
  isLeaseLost,
  type Lease,
  leasesIn,
  type Sql,
} from '../../src/audit/index.ts'
import { DuckControl } from './duck-control.ts'
import { HandClock, turns } from './support.ts'

const pair = { sync: 'customers', destination: 'eu' }
const ttlMs = 100

/** What a process does next; whoever holds no lease takes one first. */
type Act = 'renew' | 'move' | 'release' | 'die'

/** Statements wait here until they are picked: a process that is not picked is frozen. */
class Warehouse {
  readonly waiting: (() => Promise<void>)[] = []
  readonly #control: DuckControl
  /** How each statement that changes something fares: answered, repeated after a lost reply, or again much later. */
  readonly #fares: Iterator<'once' | 'twice' | 'late'>

  constructor(control: DuckControl, fares: Iterator<'once' | 'twice' | 'late'>) {
    this.#control = control
    this.#fares = fares
  }

  /** The warehouse as one process sees it. */
  sql(process: string): Sql {
    const run = <T>(work: () => Promise<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        this.waiting.push(() => work().then(resolve, reject))
      })
    const change: Sql['execute'] = async (sql, params) => {
      const before = await this.row()
      const done = await this.#control.execute(sql, params)
      check(before, await this.row(), process, this.#control.now)
      return done
    }
    return {
      query: (sql, params) => run(() => this.#control.query(sql, params)),
      execute: async (sql, params) => {
        const fare = this.#fares.next().value
        const first = await run(() => change(sql, params))
        if (fare === 'twice') return run(() => change(sql, params))
        if (fare === 'late') void run(() => change(sql, params))
        return first
      },
    }
  }

  async row(): Promise<Row> {
    const [row] = await this.#control.query(
      'SELECT `epoch`, `owner`, `lease_id`, epoch_ms(`expires_at`) AS until_ms, `window_number` FROM `main`.`customerio`.`checkpoints`',
    )
    return row as unknown as Row
  }
}

interface Row {
  readonly epoch: number
  readonly owner: string | null
  readonly lease_id: string | null
  readonly until_ms: number | null
  readonly window_number: number | null
}

const dead = new Set<string>()

/** What may become of the row by one statement of one process. */
function check(before: Row, after: Row, process: string, now: number): void {
  const wasTaken = after.epoch !== before.epoch
  if (wasTaken) {
    expect(after.epoch).toBe(before.epoch + 1)
    expect(after.owner).toBe(process)
    const isOver = before.owner === null || Number(before.until_ms) < now || dead.has(before.owner)
    expect(isOver).toBe(true)
    return
  }
  // Within an epoch only its holder changes anything, and only to let go.
  if (after.lease_id !== before.lease_id) expect(after.lease_id).toBeNull()
  if (JSON.stringify(after) !== JSON.stringify(before)) expect(before.owner).toBe(process)
  expect(Number(after.window_number)).toBeGreaterThanOrEqual(Number(before.window_number))
}

it('however takers and owners are interleaved, frozen, repeated or killed: one holder per epoch, and nobody else moves anything', async () => {
  const control = await DuckControl.open()
  for (const statement of controlStatements('main.customerio')) await control.execute(statement)
  let stolen = 0
  let moved = 0
  try {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.array(fc.constantFrom<Act[]>('renew', 'move', 'move', 'release', 'die'), {
            minLength: 1,
            maxLength: 6,
          }),
          { minLength: 2, maxLength: 4 },
        ),
        fc.infiniteStream(fc.constantFrom('once' as const, 'twice' as const, 'late' as const)),
        fc.array(fc.tuple(fc.nat(11), fc.constantFrom(0, 0, 0, 40, 101)), {
          minLength: 60,
          maxLength: 120,
        }),
        async (scripts, fares, picks) => {
          await control.execute('DELETE FROM `main`.`customerio`.`checkpoints`')
          dead.clear()
          const warehouse = new Warehouse(control, fares)
          await leasesIn(control, 'main.customerio', new HandClock()).ensure([pair])
          const epochs: number[] = []
          let acknowledged = 0
          const processes = scripts.map(async (script, i) => {
            const owner = `p${i}`
            const leases = leasesIn(warehouse.sql(owner), 'main.customerio', new HandClock())
            let lease: Lease | undefined
            for (const act of script) {
              try {
                if (lease === undefined) {
                  const got = await leases.take({
                    ...pair,
                    owner,
                    ttlMs,
                    ownerIsDead: (other) => dead.has(other),
                  })
                  if ('heldBy' in got) continue
                  lease = got
                  epochs.push(got.epoch)
                }
                if (act === 'die') break
                if (act === 'renew') await leases.renew(lease)
                if (act === 'release') {
                  await leases.release(lease)
                  lease = undefined
                }
                if (act === 'move' && lease !== undefined) {
                  const at = (await leases.find(pair))?.position?.window ?? 0
                  await leases.moveCheckpoint(lease, { window: at + 1 })
                  acknowledged = Math.max(acknowledged, at + 1)
                  moved++
                }
              } catch (error) {
                if (!isLeaseLost(error)) throw error
                lease = undefined
                stolen++
              }
            }
            dead.add(owner)
          })
          const all = Promise.all(processes)
          all.catch(() => {})
          for (let i = 0; ; i++) {
            await turns(1)
            if (warehouse.waiting.length === 0) break
            const [pick, passes] = picks[i] ?? [0, 0]
            control.now += passes
            const [next] = warehouse.waiting.splice(pick % warehouse.waiting.length, 1)
            await next?.()
          }
          await all
          expect(new Set(epochs).size).toBe(epochs.length)
          expect(Number((await warehouse.row()).window_number)).toBeGreaterThanOrEqual(acknowledged)
        },
      ),
      { numRuns: 80 },
    )
  } finally {
    await control.close()
  }
  // The histories above are not all peaceful ones.
  expect(stolen).toBeGreaterThan(5)
  expect(moved).toBeGreaterThan(20)
}, 120_000)
