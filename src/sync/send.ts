import { DestinationError, type SyncSpec } from '../core/index.ts'
import { batchFormat } from '../customerio/index.ts'
import {
  type Budget,
  type DeliverOptions,
  type DeliverySummary,
  deliver,
} from '../delivery/index.ts'
import type { Mapping } from '../mapping/index.ts'
import type { HashRange } from '../source/index.ts'
import type { Attempt } from './attempt.ts'
import type { Destination } from './destination.ts'
import type { OpenedWindow } from './opened.ts'
import type { Parts } from './parts.ts'
import { messagesOf } from './rows.ts'
import type { HeldLease } from './with-lease.ts'

/** How far a run is: rows of its window, done in this step. */
export interface Progress {
  readonly sync: string
  readonly destination: string
  readonly step: 'read' | 'send'
  readonly rows: number
  readonly done: number
  readonly requests: number
}

/** What is sent, and by which means. */
export interface Sending {
  readonly parts: Parts
  readonly sync: SyncSpec
  readonly target: Destination
  /** Asked before every request. */
  readonly held: HeldLease
  readonly opened: OpenedWindow
  readonly attempt: Attempt
  readonly budget: Budget
  /** Messages there are to send, as far as that is known: for progress only. */
  readonly rows: number
  /** Only what is about identities whose hash is in this range. */
  readonly identities?: HashRange
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: Progress) => void
}

/** Reads what is left of a window, or of a part of it, makes messages of it and sends them: the middle of every run. */
export function sendMessages(sending: Sending): Promise<DeliverySummary> {
  const { parts, sync, target, held, opened, attempt, identities, signal } = sending
  const progress = (step: Progress['step'], done: number, requests = 0) =>
    sending.onProgress?.({
      sync: sync.name,
      destination: target.spec.name,
      step,
      rows: sending.rows,
      done,
      requests,
    })
  const stop = signal === undefined ? {} : { signal }
  const sent = attempt.time('send', () =>
    deliver({
      blocks: messagesOf({
        parts,
        opened,
        attempt,
        ...(identities === undefined ? {} : { identities }),
        onRows: (done) => progress('read', done),
        ...stop,
      }),
      send: (body, cut) => {
        held.check()
        return target.send(body, cut)
      },
      reauthorize: target.reauthorize,
      format: batchFormat,
      budget: sending.budget,
      recorder: attempt.recorder,
      lanes: lanesOf(opened.mapping),
      maxFailedPercent: sync.brakes.maxFailedPercent,
      clock: parts.clock,
      log: parts.log,
      limits: parts.deliveryLimits,
      ...stop,
      onProgress: (now) => progress('send', settled(now), now.requests),
    }),
  )
  return sent.catch(async (error: unknown) => {
    throw isRefusedKey(error) && (await target.isKnownElsewhere()) ? otherRegion(target) : error
  })
}

function isRefusedKey(error: unknown): boolean {
  return error instanceof DestinationError && error.code === 'UNAUTHORIZED'
}

function otherRegion({ spec: { name, region } }: Destination): DestinationError {
  const other = region === 'us' ? 'eu' : 'us'
  return new DestinationError(
    'REGION_MISMATCH',
    `the key of destination ${name} is one of region ${other}, and customerio.yml says region ${region}; write region: ${other}, or take the key of a workspace there`,
  )
}

function lanesOf({ oneMessagePerIdentity, inOrder }: Mapping): DeliverOptions['lanes'] {
  if (inOrder) return 'in-order'
  return oneMessagePerIdentity ? 'free' : 'by-identity'
}

function settled(now: DeliverySummary): number {
  return now.delivered + now.rejected + now.undelivered + now.invalid
}
