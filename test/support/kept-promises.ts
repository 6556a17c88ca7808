import { expect } from '@jest/globals'
import type { Attempt, CrashedSync, CrashRig } from './crash-rig.ts'

/** What crashes have cost. */
export interface Cost {
  readonly messages: number
  /** Messages that only an attempt before the last one has sent: they were written down in time. */
  readonly kept: number
  /** Messages sent again, counted as often as they were. */
  readonly repeats: number
  /** The most that were sent again because of one crash. */
  readonly worst: number
}

/** How strict {@link expectPromisesKept} is. */
export interface Strictness {
  /** False where a process woke up late: it may write down once more what another one has written. Default true. */
  readonly writtenOnce?: boolean
}

/**
 * Holds the promises against everything since the last time, the end of which is a run that finished: every row is
 * accounted for; each message has one outcome, each window each key once; what was written down is not sent again;
 * what was sent again is the same message; Customer.io holds what the source held at the checkpoint. Gives the cost.
 */
export async function expectPromisesKept(
  rig: CrashRig,
  sync: CrashedSync,
  { writtenOnce = true }: Strictness = {},
): Promise<Cost> {
  const attempts = rig.takeAttempts()
  const since = rig.checked.get(sync) ?? ''
  await expectAccounted(rig, sync, since)
  rig.checked.set(sync, await expectSourceHeld(rig, sync))
  const received = receptions(attempts)
  const written = await rig.sql(
    `SELECT message_id, count(*) AS copies, min(attempt) AS attempt FROM main.customerio.outcome_log
      WHERE sync = '${sync}' AND window_id > '${since}' AND status = 'delivered' GROUP BY message_id`,
  )
  expect(written.length).toBe(received.size)
  const wrong = written.filter(({ message_id, copies, attempt }) => {
    const { senders = 0, texts } = received.get(String(message_id)) ?? {}
    // More attempts than there were until it was written down: one of them has sent again what was known.
    const most = writtenOnce ? Number(attempt) : attempts.length
    const isOnce = !writtenOnce || Number(copies) === 1
    return !(senders >= 1 && senders <= most && texts?.size === 1 && isOnce)
  })
  expect(wrong.slice(0, 5)).toEqual([])
  const repeats = attempts.map((_, k) => repeatsBy(attempts, k))
  const sent = attempts.reduce((sum, attempt) => sum + attempt.received.length, 0)
  return {
    messages: received.size,
    kept: received.size - (attempts.at(-1)?.received.length ?? 0),
    repeats: sent - received.size,
    worst: Math.max(0, ...repeats),
  }
}

interface Reception {
  /** How many attempts have sent it. */
  readonly senders: number
  /** What it said, each time. */
  readonly texts: ReadonlySet<string>
}

function receptions(attempts: readonly Attempt[]): Map<string, Reception> {
  const all = new Map<string, Reception>()
  for (const { received } of attempts) {
    const texts = new Map(received.map(({ messageId, text }) => [messageId, text]))
    for (const [messageId, text] of texts) {
      const { senders = 0, texts: before = [] } = all.get(messageId) ?? {}
      all.set(messageId, { senders: senders + 1, texts: new Set([...before, text]) })
    }
  }
  return all
}

/** How much of what reached Customer.io by an attempt came again by a later one. */
function repeatsBy(attempts: readonly Attempt[], k: number): number {
  const later = attempts.slice(k + 1).flatMap(({ received }) => received)
  const again = new Set(later.map(({ messageId }) => messageId))
  return (attempts[k]?.received ?? []).filter(({ messageId }) => again.has(messageId)).length
}

async function expectAccounted(rig: CrashRig, sync: CrashedSync, since: string): Promise<void> {
  const unsettled = await rig.sql(
    `SELECT * FROM main.customerio.account WHERE sync = '${sync}' AND (state <> 'closed' OR pending <> 0 OR invalid + rejected + undelivered <> 0)`,
  )
  expect(unsettled).toEqual([])
  const doubled = await rig.sql(
    `SELECT window_id, count(*) AS n, count(DISTINCT message_id) AS ids, count(DISTINCT message_key) AS row_keys
      FROM main.customerio.outcomes WHERE sync = '${sync}' AND window_id > '${since}' GROUP BY window_id
      HAVING count(*) <> count(DISTINCT message_id) OR count(*) <> count(DISTINCT message_key)`,
  )
  expect(doubled).toEqual([])
}

/**
 * The checkpoint is that of the last window, the lease is free, and Customer.io holds that version of the source. Gives
 * that window.
 */
async function expectSourceHeld(rig: CrashRig, sync: CrashedSync): Promise<string> {
  const [found] = await rig.sql(
    `SELECT c.position, c.owner, c.window_id, (SELECT max(window_number) FROM main.customerio.windows WHERE sync = '${sync}') AS last
      FROM main.customerio.checkpoints AS c WHERE c.sync = '${sync}'`,
  )
  const { window, version } = JSON.parse(String(found?.position)) as Record<string, number>
  expect([window, found?.owner]).toEqual([Number(found?.last), null])
  const source = await rig.sql(`SELECT id, mark FROM main.shop.${sync} VERSION AS OF ${version}`)
  const expected = new Map(source.map(({ id, mark }) => [Number(id), Number(mark)]))
  expect(expected.size).toBeGreaterThan(0)
  const held = sync === 'people' ? await people(rig) : rig.steps()
  expect(differences(expected, held).slice(0, 5)).toEqual([])
  if (sync === 'steps') expect((await rig.world.counts()).events).toBe(expected.size)
  return String(found?.window_id)
}

async function people({ world }: CrashRig): Promise<Map<number, number>> {
  const found = await world.list('people')
  const marks = found.map(
    ({ id, traits }) => [Number(id), Number((traits as { mark?: number }).mark)] as const,
  )
  return new Map(marks.filter(([id]) => !Number.isNaN(id)))
}

/** Keys that one side lacks or holds otherwise: a list that says more than two large maps. */
function differences(expected: Map<number, number>, held: Map<number, number>): object[] {
  return [...new Set([...expected.keys(), ...held.keys()])]
    .filter((key) => expected.get(key) !== held.get(key))
    .map((key) => ({ key, source: expected.get(key), customerio: held.get(key) }))
}
