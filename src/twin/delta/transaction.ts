import { randomUUID } from 'node:crypto'
import type { Clock } from '../../core/index.ts'
import type { Action, CommitInfo, Metadata, ProtocolAction } from './actions.ts'
import { writeCheckpoint } from './checkpoint-write.ts'
import { putCommit } from './commit-file.ts'
import { ConcurrentModification, DeltaError } from './errors.ts'
import type { Commit, TableLog } from './log.ts'
import type { CommitOptions, Transaction } from './model.ts'
import { isOn } from './protocol.ts'
import type { LogState } from './replay.ts'

/** A change about to be committed. */
export interface Draft {
  /** The state it was made from; undefined for the first commit of a table. */
  readonly base: LogState | undefined
  readonly actions: readonly Action[]
  readonly metrics: Readonly<Record<string, number>>
  /** It only adds files and has read nothing, so it may follow on whatever others did to the rows. */
  readonly blindAppend: boolean
}

/** What became of it. */
export interface Committed {
  readonly version: number
  /** True when one of the transaction ids was there already: nothing was committed. */
  readonly skipped: boolean
}

/** True when one of the transaction ids is in the table with at least this version. */
export function isDone(state: LogState | undefined, txn: readonly Transaction[] = []): boolean {
  return txn.some(({ appId, version }) => {
    const last = state?.transactions.get(appId)
    return last !== undefined && last.version >= version
  })
}

/**
 * Commits a draft. When others were faster, a blind append goes on top of theirs; anything else fails with
 * {@link ConcurrentModification}, unless they touched neither rows nor settings.
 */
export async function commitDraft(
  log: TableLog,
  draft: Draft,
  options: CommitOptions,
  clock: Clock,
): Promise<Committed> {
  refuseAppendOnly(draft, log.table)
  let version = (draft.base?.version ?? -1) + 1
  for (;;) {
    const now = clock.now()
    const actions: Action[] = [
      { commitInfo: commitInfo(draft, options, now) },
      ...(options.txn ?? []).map((txn) => ({ txn: { ...txn, lastUpdated: now } })),
      ...draft.actions,
    ]
    if (await putCommit(log.folder, version, actions, now)) {
      await writeCheckpoint(log, version, now)
      return { version, skipped: false }
    }
    const state = await log.state()
    if (isDone(state, options.txn)) return { version: state.version, skipped: true }
    for (; version <= state.version; version++) {
      const winner = await log.commit(version)
      if (winner) refuseConflict(draft, winner, log.table)
    }
  }
}

/**
 * Commits a change of settings, worked out again from the newest state until it gets through. Undefined from
 * `edit` means that there is nothing to change.
 */
export async function commitSettings(
  log: TableLog,
  edit: (
    state: LogState,
  ) => { readonly metaData: Metadata; readonly protocol: ProtocolAction } | undefined,
  options: CommitOptions,
  clock: Clock,
): Promise<Committed> {
  for (;;) {
    const base = await log.state()
    const edited = edit(base)
    if (edited === undefined) return { version: base.version, skipped: false }
    const { metaData, protocol } = edited
    const upgraded = JSON.stringify(protocol) !== JSON.stringify(base.protocol)
    const draft: Draft = {
      base,
      actions: [...(upgraded ? [{ protocol }] : []), { metaData }],
      metrics: {},
      blindAppend: false,
    }
    const now = clock.now()
    const actions: Action[] = [{ commitInfo: commitInfo(draft, options, now) }, ...draft.actions]
    if (await putCommit(log.folder, base.version + 1, actions, now)) {
      await writeCheckpoint(log, base.version + 1, now)
      return { version: base.version + 1, skipped: false }
    }
  }
}

function commitInfo(draft: Draft, options: CommitOptions, timestamp: number): CommitInfo {
  return {
    timestamp,
    operation: options.operation,
    operationParameters: options.parameters ?? {},
    ...(draft.base === undefined ? {} : { readVersion: draft.base.version }),
    isolationLevel: 'WriteSerializable',
    isBlindAppend: draft.blindAppend,
    operationMetrics: Object.fromEntries(
      Object.entries(draft.metrics).map(([name, value]) => [name, String(value)]),
    ),
    engineInfo: 'customerio-jobs twin',
    txnId: randomUUID(),
  }
}

function refuseConflict(draft: Draft, winner: Commit, table: string): void {
  const did = (test: (action: Action) => unknown) => winner.actions.some(test)
  const conflict = (code: string, what: string): never => {
    throw new ConcurrentModification(code, table, winner.version, what)
  }
  if (did((a) => a.protocol)) conflict('DELTA_PROTOCOL_CHANGED', 'changed its protocol')
  if (did((a) => a.metaData)) conflict('DELTA_METADATA_CHANGED', 'changed its schema or settings')
  if (draft.blindAppend) return
  if (did((a) => a.remove)) conflict('DELTA_CONCURRENT_DELETE_READ', 'removed rows from it')
  if (did((a) => a.add)) conflict('DELTA_CONCURRENT_APPEND', 'added rows to it')
}

function refuseAppendOnly({ base, actions }: Draft, table: string): void {
  const removes = actions.some(({ remove }) => remove?.dataChange === true)
  if (!removes || base === undefined || !isOn(base.metadata, 'delta.appendOnly')) return
  throw new DeltaError(
    'DELTA_CANNOT_MODIFY_APPEND_ONLY',
    `Table ${table} only allows appends. Unset its property delta.appendOnly to change rows.`,
    { table },
  )
}
