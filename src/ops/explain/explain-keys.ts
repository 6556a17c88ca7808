import { SyncError, type SyncSpec } from '../../core/index.ts'
import { numbered } from '../../source/index.ts'
import {
  allowanceOf,
  failedRun,
  type LookedAt,
  lookAt,
  type Parts,
  standingOf,
} from '../../sync/index.ts'
import type { ExplainedKey, KeyFacts } from './explanation.ts'
import { ledgerOf, outcomesOf, type TakenAway, takenAwayAt } from './history.ts'
import { keysNow } from './key-facts.ts'
import { reasonsFor } from './reasons.ts'
import { verdict } from './verdict.ts'

/** Some keys at one destination, explained, and what was looked at. */
export interface ExplainedKeys {
  readonly keys: readonly ExplainedKey[]
  /** Absent where a run would fail. */
  readonly looked?: LookedAt
}

/** Outcomes read at most for one key. */
const outcomesOfKey = 20

/** Keys as the control tables name them there, by what was looked at; that is nothing where a run would fail. */
export type KeysAt = (looked: LookedAt | undefined) => Promise<readonly string[]>

/** Explains some keys of a sync at one destination: what the next run would do with each, and what became of it so far. */
export async function explainKeys(
  parts: Parts,
  sync: SyncSpec,
  destination: string,
  keysAt: KeysAt,
  signal?: AbortSignal,
): Promise<ExplainedKeys> {
  const prepared = await orFailure(sync, destination, signal, async () => {
    const looked = await lookAt(parts, sync, destination, signal)
    const { request, mapping } = looked
    const allowance = await allowanceOf(parts, sync, destination, request, mapping)
    const keys = await keysAt(looked)
    return { looked, allowance, keys, nowOf: await keysNow(parts, sync, looked, keys, signal) }
  })
  const { looked, allowance, nowOf } = 'looked' in prepared ? prepared : {}
  const keys = 'looked' in prepared ? prepared.keys : await keysAt(undefined)
  const { standing } = await standingOf(parts, sync, destination)
  const ledger = await known(parts, sync, destination, keys, signal)
  const takenAway = new Map<string, readonly TakenAway[]>()
  const explained: ExplainedKey[] = []
  for (const key of keys) {
    const now = nowOf?.(key)
    const entry = ledger.entries.get(key)
    const identity = entry?.identity ?? now?.fate?.identity
    if (identity !== undefined && !takenAway.has(identity)) {
      takenAway.set(identity, await takenAwayAt(parts, destination, identity, signal))
    }
    const facts: KeyFacts = {
      sync: sync.name,
      destination,
      key,
      standing,
      ...(now === undefined ? {} : { now }),
      ...(allowance === undefined ? {} : { allowance }),
      ...('failure' in prepared ? { failure: prepared.failure } : {}),
      ...(entry === undefined ? {} : { ledger: entry }),
      isOlderMapping:
        entry?.mappingHash !== undefined &&
        looked !== undefined &&
        entry.mappingHash !== looked.mapping.hash,
      outcomes: ledger.outcomes.filter((one) => one.key === key),
      takenAway: (identity === undefined ? undefined : takenAway.get(identity)) ?? [],
    }
    explained.push({
      ...facts,
      next: verdict(facts, sync),
      reasons: reasonsFor(facts, sync, parts.clock.now()),
    })
  }
  return { keys: explained, ...(looked === undefined ? {} : { looked }) }
}

/** The result of `work`, or why it failed in our own words: what does not need it can be told all the same. */
export async function orFailure<T>(
  sync: SyncSpec,
  destination: string,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T | { readonly failure: { readonly code: string; readonly message: string } }> {
  try {
    return await work()
  } catch (error) {
    signal?.throwIfAborted()
    if (!(error instanceof SyncError)) throw error
    const { code, message } = failedRun(sync, destination, error, signal)
    return { failure: { code, message } }
  }
}

async function known(
  parts: Parts,
  sync: SyncSpec,
  destination: string,
  keys: readonly string[],
  signal?: AbortSignal,
) {
  const condition = `sync = :sync AND destination = :destination AND message_key IN (${keys.map((_, i) => `:key_${i}`).join(', ')})`
  const [entries, outcomes] = await Promise.all([
    ledgerOf(parts, sync.name, destination, keys, signal),
    outcomesOf(
      parts,
      condition,
      { sync: sync.name, destination, ...numbered('key', keys) },
      outcomesOfKey * keys.length,
      signal,
    ),
  ])
  return { entries, outcomes }
}
