import type { SyncSpec } from '../core/index.ts'
import { parametersOf } from '../source/index.ts'
import type { SqlParameters } from '../warehouse/index.ts'
import type { Parts } from './parts.ts'
import { type Prepared, prepare, type WindowRequest } from './prepare.ts'
import { nextRequest } from './window.ts'

/** What the next run on schedule would work with, for a look at a few of its rows. */
export interface LookedAt extends Prepared {
  readonly request: WindowRequest
  /** Parameters that statements on it share. */
  readonly parameters: SqlParameters
}

/** Prepares what the next run of a sync and destination would do. Writes nothing, and counts nothing. */
export async function lookAt(
  parts: Parts,
  sync: SyncSpec,
  destination: string,
  signal?: AbortSignal,
): Promise<LookedAt> {
  const request = await nextRequest(parts, sync, destination, { kind: 'sync' })
  const prepared = await prepare(parts, sync, destination, request, 'as it is', signal)
  return { ...prepared, request, parameters: parametersOf(prepared.query, request.windowId) }
}
