import { createHmac } from 'node:crypto'
import { actsIn, controlOf, type Pair } from '../../audit/index.ts'
import { Braked, redact, SyncError } from '../../core/index.ts'
import { hashKey } from '../../source/index.ts'
import { type ByHand, type Parts, whenQuiet } from '../../sync/index.ts'
import { entomb } from './entomb.ts'
import { loadLateParts } from './load-late.ts'
import { namedIn } from './named.ts'
import { notify } from './notify.ts'
import { type Purged, purge } from './purge.ts'
import { purgeOutbox, purgeSnapshot } from './purge-table.ts'
import { type EraseRequest, eraseSpecOf, openRequests, type Requests } from './requests.ts'
import { type FailedStep, type Steps, stepsOf } from './steps.ts'
import { tablesNaming } from './verify.ts'

/** What an erasure may be given beside its parts. */
export interface EraseOptions {
  readonly by: ByHand
  /** Only says what would be done. */
  readonly plan: boolean
  /** Values that an earlier go printed: what is done can't be taken back. */
  readonly confirmed: readonly string[]
  /** How long runs at work are waited for, in ms; default ten minutes for each. */
  readonly waitMs?: number
  readonly signal?: AbortSignal
  /** Told what comes next, for people. */
  readonly onStep?: (step: string) => void
}

/** What was done; names and numbers only, nobody's identifier. */
export interface Erased extends Pick<Requests, 'refused' | 'more'> {
  readonly control: string
  /** Requests by what they ask for. */
  readonly requests: Readonly<Record<EraseRequest['kind'], number>>
  /** What goes on with exactly these requests; absent where there are none. */
  readonly confirmation?: string
  /** Absent where nothing was done. */
  readonly done?: {
    /** Requests whose every step is done and verified. */
    readonly verified: number
    readonly purged: Purged
    readonly failed: readonly FailedStep[]
  }
}

/**
 * Forgets the people that requests name: tombstones first, then whatever the control tables, parts and snapshots hold of
 * them, then the order to Customer.io, at every destination, when no run is left that could send them once more; and a
 * second look. Each step leaves a receipt, can break off anywhere, and is done again by the next go until its request is
 * verified. Throws Braked ERASE_CONFIRM unless exactly these requests were confirmed.
 */
export async function erase(parts: Parts, options: EraseOptions): Promise<Erased> {
  const { by, plan, confirmed, signal, onStep = () => {} } = options
  const { warehouse, project, clock } = parts
  const spec = eraseSpecOf(parts)
  const requests = await openRequests(parts, spec, signal)
  const { open, refused, more } = requests
  const confirmation = confirmationOf(hashKey(await parts.idSecret()), open)
  const count = (kind: EraseRequest['kind']) => open.filter((one) => one.kind === kind).length
  const report: Erased = {
    control: project.control,
    requests: { delete: count('delete'), suppress: count('suppress') },
    refused,
    more,
    ...(open.length === 0 ? {} : { confirmation }),
  }
  if (plan || open.length === 0) return report
  if (!confirmed.includes(confirmation)) throw unconfirmed(report, confirmation)
  await actsIn(warehouse, project.control, clock).record({
    act: 'erase',
    who: by.who,
    ...(by.why === undefined ? {} : { why: redact(by.why) }),
    details: { requests: open.length },
  })
  const receipts = stepsOf(parts, open, by.who)
  onStep('writing tombstones')
  const erasedAt = await entomb(parts, spec, open)
  await receipts.record('tombstone')
  const purged = await purgeAll(parts, options, receipts)
  if (purged === undefined) return { ...report, done: { ...receipts.ending(), purged: nothing } }
  for (const destination of Object.keys(project.destinations)) {
    onStep(`telling ${destination}`)
    const failed = await notify(parts, destination, open, erasedAt, signal)
    await receipts.record('order', destination, failed)
  }
  onStep('looking again')
  const [left] = await tablesNaming(parts, await namedIn(parts, signal))
  await receipts.verify(left)
  return { ...report, done: { ...receipts.ending(), purged } }
}

const nothing: Purged = { outcomes: 0, keys: 0, parts: 0 }

/** Purges sync by sync while nobody works on it; undefined where a run did not end in time. */
async function purgeAll(
  parts: Parts,
  { signal, waitMs, onStep = () => {} }: EraseOptions,
  receipts: Steps,
): Promise<Purged | undefined> {
  const named = await namedIn(parts, signal)
  let sum = nothing
  for (const pair of await pairsOf(parts)) {
    onStep(`removing from ${pair.sync} → ${pair.destination}`)
    try {
      const purged = await whenQuiet(
        parts,
        pair,
        signal,
        async (idle) => {
          if (idle !== undefined) await purgeSnapshot(parts, idle)
          return purge(parts, named, pair)
        },
        waitMs,
      )
      sum = together(sum, purged)
    } catch (error) {
      const isBusy =
        error instanceof SyncError && ['LEASE_HELD', 'SLICES_AT_WORK'].includes(error.code)
      if (!isBusy) throw error
      await receipts.fail('purge', error.code.toLowerCase(), pair.destination)
      return undefined
    }
  }
  // What is left came late, or belongs to no sync that could run.
  await loadLateParts(parts)
  sum = together(sum, await purge(parts, named))
  await purgeOutbox(parts)
  await receipts.record('purge')
  return sum
}

function together(a: Purged, b: Purged): Purged {
  return {
    outcomes: a.outcomes + b.outcomes,
    keys: a.keys + b.keys,
    parts: a.parts + b.parts,
  }
}

/** Every sync and destination that could ever run; slices have rows of their own, and go with the whole. */
async function pairsOf({ warehouse, project }: Parts): Promise<Pair[]> {
  const rows = await warehouse.query(
    `SELECT DISTINCT sync, destination FROM ${controlOf(project.control).name('checkpoints')} ORDER BY sync, destination`,
  )
  return rows
    .map(({ sync, destination }) => ({ sync: String(sync), destination: String(destination) }))
    .filter(({ sync }) => !sync.includes('#'))
}

/** Keyed, so that it tells nothing of who is asked about. */
function confirmationOf(key: string, requests: readonly EraseRequest[]): string {
  const text = JSON.stringify(requests.map(({ id, kind, identifiers }) => [id, kind, identifiers]))
  return createHmac('sha256', key).update(text).digest('hex').slice(0, 8)
}

function unconfirmed({ requests }: Erased, confirmation: string): Braked {
  return new Braked(
    'ERASE_CONFIRM',
    `nothing was done yet: ${requests.delete} people would be deleted and ${requests.suppress} suppressed, at every destination, and that can't be taken back; to go on with exactly these requests, run again with --confirm ${confirmation}`,
  )
}
