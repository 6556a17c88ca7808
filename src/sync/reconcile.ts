import { controlOf, leasesIn, ledgerIn, windowsIn } from '../audit/index.ts'
import { AuditError, ConfigError, SourceError, type SyncSpec } from '../core/index.ts'
import {
  checkPin,
  type Discrepancy,
  discrepancies,
  discrepancyCounts,
  discrepancySample,
  type Pin,
  problems,
  readScope,
  unlearnedWindows,
  wholeRange,
} from '../source/index.ts'
import { quoteTable } from '../warehouse/index.ts'
import type { Assessed } from './assess.ts'
import { type ByHand, type Ending, eachDestination, recordAct } from './by-hand.ts'
import { lookAhead } from './look-ahead.ts'
import type { Parts } from './parts.ts'
import { withLease } from './with-lease.ts'

/** What does not agree for one destination. */
export interface Reconciled {
  readonly sync: string
  readonly destination: string
  /** Keys by what is wrong with them. */
  readonly counts: Readonly<Record<Discrepancy, number>>
  /** Keys without a row that are left in Customer.io because the sync file says so. */
  readonly left: number
  /**
   * True when the source was looked at as the last closed window saw it, so that every count is a gap; false when it
   * had to be looked at as it is now: what changed since is counted too, and goes with the next run anyway.
   */
  readonly isAtCheckpoint: boolean
  /** The window that is open, whose rows count as gaps until it is closed. */
  readonly open?: string
  /** Some of the keys; only where they were asked for. */
  readonly sample: readonly { readonly problem: string; readonly key: string }[]
  /** Keys that the next window takes up. */
  readonly enqueued: number
  /** Windows whose outcomes the ledger was told again. */
  readonly settled: number
}

/** What a reconciliation may be given beside its parts. */
export interface ReconcileOptions {
  readonly by: ByHand
  readonly destination?: string | undefined
  /** Make the next window take up what does not agree. */
  readonly enqueue: boolean
  /** A table of the control schema to write the keys to; its name begins with `reconcile`. */
  readonly keysTo?: string | undefined
  /** Keys to give back for a person to look at; default none: keys are personal data. */
  readonly sampleKeys?: number
  readonly signal?: AbortSignal
}

/**
 * Compares a source with the ledger and the outcomes, key by key, in the warehouse: what a run would send although no
 * change is due, and what is known without proof. Sends nothing. With `enqueue`, keys are marked `undelivered` as of
 * now, which every mode of change detection takes up with its next window; an event that was delivered is never marked,
 * only its outcome told to the ledger again. Throws WINDOW_OPEN then while a window is open.
 */
export async function reconcile(
  parts: Parts,
  sync: SyncSpec,
  options: ReconcileOptions,
): Promise<Ending<Reconciled>[]> {
  const { by, enqueue, keysTo, signal } = options
  const keysTable = keysTo === undefined ? undefined : await keysTableIn(parts, keysTo)
  return eachDestination(sync, options.destination, signal, async (destination) => {
    const pin = await pinAtCheckpoint(parts, sync, destination, signal)
    const only = { look: { kind: 'all' as const }, send: 'changed' as const, keys: wholeRange }
    const asked = {
      kind: 'sync' as const,
      only: { ...only, ...(pin === undefined ? {} : { pin }) },
    }
    return lookAhead(parts, sync, destination, asked, signal, async (assessed) => {
      const found = await look(parts, assessed, options)
      const open = await windowsIn(parts.warehouse, parts.project.control).findOpen(
        sync.name,
        destination,
      )
      if (keysTable !== undefined) await writeKeys(parts, assessed, keysTable)
      const done = { enqueued: 0, settled: 0 }
      if (enqueue) {
        await recordAct(parts, by, {
          act: 'reconcile --enqueue',
          sync: sync.name,
          destination,
          details: { ...found.counts },
        })
        Object.assign(
          done,
          await withLease(parts, sync, destination, signal, () =>
            takeUp(parts, sync, assessed, found.counts),
          ),
        )
      }
      return {
        sync: sync.name,
        destination,
        ...found,
        left: assessed.counts.ignored,
        isAtCheckpoint: pin !== undefined,
        ...(open === undefined ? {} : { open: open.windowId }),
        ...done,
      }
    })
  })
}

/** The version that the last closed window read, where the table still has it, and no limit let rows of it wait. */
async function pinAtCheckpoint(
  { warehouse, project, clock }: Parts,
  sync: SyncSpec,
  destination: string,
  signal: AbortSignal | undefined,
): Promise<Pin | undefined> {
  const { from } = sync.source
  const pair = { sync: sync.name, destination }
  const position = (await leasesIn(warehouse, project.control, clock).find(pair))?.position
  if (!('table' in from) || position?.version === undefined) return undefined
  const { lastClosed } = await windowsIn(warehouse, project.control).standing(
    sync.name,
    destination,
  )
  if (lastClosed !== undefined && readScope(lastClosed.pin).limit !== undefined) return undefined
  const { version, committedAt = Number.NaN } = position
  const pin = { table: quoteTable(from.table), version, committedAt, snapshot: false }
  try {
    await checkPin(warehouse, pin, signal)
    return pin
  } catch (error) {
    if (error instanceof SourceError && error.code === 'SOURCE_REPLACED') return undefined
    throw error
  }
}

async function look(
  parts: Parts,
  { query, parameters }: Assessed,
  { sampleKeys = 0, signal }: ReconcileOptions,
): Promise<Pick<Reconciled, 'counts' | 'sample'>> {
  const { warehouse } = parts
  const windows = windowsOf(parts)
  const rows = await warehouse.query(discrepancyCounts(query, windows), parameters, signal)
  const counts = Object.fromEntries(
    problems.map((problem) => [
      problem,
      Number(rows.find((row) => row.problem === problem)?.row_count ?? 0),
    ]),
  ) as Reconciled['counts']
  const isAny = Object.values(counts).some((count) => count > 0)
  const some =
    sampleKeys === 0 || !isAny
      ? []
      : await warehouse.query(discrepancySample(query, windows, sampleKeys), parameters, signal)
  const sample = some.map((row) => ({ problem: String(row.problem), key: String(row.message_key) }))
  return { counts, sample }
}

/** What is marked; the rest is told to the ledger again, or is for a person to look at. */
const marked = ['missing', 'differs', 'refused', 'surplus'] as const

async function takeUp(
  parts: Parts,
  sync: SyncSpec,
  { query, parameters }: Assessed,
  counts: Reconciled['counts'],
): Promise<Pick<Reconciled, 'enqueued' | 'settled'>> {
  const { warehouse, project, clock } = parts
  const { destination } = query
  const open = await windowsIn(warehouse, project.control).findOpen(sync.name, destination)
  if (open !== undefined) {
    throw new AuditError(
      'WINDOW_OPEN',
      `window ${open.windowId} is open, and what it has not sent yet is no gap; run ${sync.name} first, then reconcile again`,
    )
  }
  const ledger = ledgerIn(warehouse, project.control)
  const windows = windowsOf(parts)
  const lost =
    counts.unlearned === 0
      ? []
      : await warehouse.query(unlearnedWindows(query, windows), parameters)
  // Before the marks: it brings back what a whole window decided.
  for (const { window_id } of lost) await ledger.settle(String(window_id))
  const enqueued = marked.reduce((sum, problem) => sum + counts[problem], 0)
  if (enqueued > 0) {
    const names = marked.map((problem) => `'${problem}'`).join(', ')
    await ledger.enqueue({
      sync: sync.name,
      destination,
      relation: `(SELECT d.message_key FROM ${discrepancies(query, windows)} AS d WHERE d.problem IN (${names}))`,
      parameters,
      at: new Date(clock.now()),
    })
  }
  return { enqueued, settled: lost.length }
}

async function keysTableIn({ warehouse, project }: Parts, name: string): Promise<string> {
  if (!/^reconcile[a-z0-9_]*$/.test(name)) {
    throw new ConfigError(
      'KEYS_TO_INVALID',
      '--keys-to takes the name of a table in the control schema that begins with "reconcile", such as reconcile_orders; what is in it is replaced',
    )
  }
  const table = controlOf(project.control).name(name)
  await warehouse.execute(
    `CREATE OR REPLACE TABLE ${table} (sync STRING, destination STRING, message_key STRING, problem STRING) USING DELTA`,
  )
  return table
}

async function writeKeys(
  parts: Parts,
  { query, parameters }: Assessed,
  table: string,
): Promise<void> {
  await parts.warehouse.execute(
    `INSERT INTO ${table} SELECT CAST(:sync AS STRING) AS sync, CAST(:destination AS STRING) AS destination, d.message_key, d.problem FROM ${discrepancies(query, windowsOf(parts))} AS d`,
    parameters,
  )
}

function windowsOf({ project }: Pick<Parts, 'project'>): string {
  return controlOf(project.control).name('windows')
}
