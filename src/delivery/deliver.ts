import {
  type BatchFormat,
  type BatchOutcome,
  type Clock,
  type MessageRun,
  RunStopped,
} from '../core/index.ts'
import type { Packed } from './batch.ts'
import { compose } from './compose.ts'
import { FailureBrake } from './failure-brake.ts'
import { Lanes } from './lanes.ts'
import { type DeliveryLimits, defaultLimits } from './limits.ts'
import type { DeliverOptions } from './options.ts'
import { orAborted } from './or-aborted.ts'
import { type PackedBlock, Packer } from './packer.ts'
import { Room } from './room.ts'
import { Stopping } from './stopping.ts'
import { type DeliverySummary, Tally } from './tally.ts'

/**
 * Sends every message and records exactly one outcome for each. When it throws, messages without an outcome are
 * pending: sent or not, they are sent again, under the same ids, by the next run.
 *
 * Throws {@link RunStopped} (signal), `DestinationError` `UNAUTHORIZED` or `DESTINATION_DOWN`, `TooManyFailed`, or
 * what `blocks` and the recorder throw; always after requests in flight were answered or the grace was over.
 */
export async function deliver(options: DeliverOptions): Promise<DeliverySummary> {
  const { clock, log, recorder, format } = options
  const limits = { ...defaultLimits, ...options.limits }
  const stopping = new Stopping(clock, limits.graceMs)
  const release = stopOn(options.signal, stopping)
  const brake = new FailureBrake(options.maxFailedPercent)
  const tally = new Tally(recorder, brake, (reason) => stopping.now(reason))
  const settle = compose(options, limits, stopping, tally)

  const isFree = options.lanes === 'free'
  const lanes = isFree ? undefined : options.lanes === 'in-order' ? 1 : laneCount(limits, format)
  const maxOpenBytes = limits.bodiesInMemoryBytes / 2
  const packer = new Packer({ format, maxOpenBytes, ...(lanes === undefined ? {} : { lanes }) })
  const room = new Room(limits.bodiesInMemoryBytes, isFree ? limits.maxInFlight : Infinity)
  const lane = new Lanes()
  const inHand = new Set<Promise<void>>()

  const launch = async (packed: Packed): Promise<void> => {
    await room.enter(packed.bytes, stopping.stop)
    const task = async (): Promise<void> => {
      try {
        stopping.stop.throwIfAborted()
        await settle(packed)
      } catch (reason) {
        stopping.now(reason)
      }
      room.leave(packed.bytes)
      options.onProgress?.(tally.summary())
    }
    const settled: Promise<void> = (isFree ? task() : lane.run(packed.lane, task)).finally(() =>
      inHand.delete(settled),
    )
    inHand.add(settled)
  }
  const launchAll = async (made: PackedBlock): Promise<void> => {
    for (const run of made.tooLarge) tally.outcome(tooLarge(run, clock))
    for (const packed of made.sealed) await launch(packed)
  }

  try {
    for await (const block of until(options.blocks, stopping.stop))
      await launchAll(packer.add(block))
    await launchAll(packer.end())
  } catch (reason) {
    stopping.now(reason)
  }
  await Promise.all(inHand)
  stopping.done()
  release()
  const summary = tally.summary()
  if (stopping.stop.aborted) {
    log.debug('sending stopped', { ...summary })
    throw stopping.stop.reason
  }
  return summary
}

/** Lanes enough to keep the destination busy, few enough that their open batches fit into a quarter of the memory. */
export function laneCount(limits: DeliveryLimits, format: BatchFormat): number {
  const fitting = Math.floor(limits.bodiesInMemoryBytes / 4 / format.maxBodyBytes)
  return Math.max(1, Math.min(limits.maxInFlight, fitting))
}

/** The blocks until the signal aborts; then it throws the signal's reason, also in the middle of a wait. */
async function* until<T>(source: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]()
  try {
    for (;;) {
      const next = await orAborted(iterator.next(), signal)
      if (next.done === true) return
      yield next.value
    }
  } finally {
    iterator.return?.()?.then(undefined, () => {}) // not awaited: a source that hangs must not hold up the end
  }
}

function stopOn(signal: AbortSignal | undefined, stopping: Stopping): () => void {
  if (signal === undefined) return () => {}
  const stop = (): void => stopping.now(isStopped(signal.reason))
  if (signal.aborted) stop()
  signal.addEventListener('abort', stop, { once: true })
  return () => signal.removeEventListener('abort', stop)
}

function tooLarge(run: MessageRun, clock: Clock): BatchOutcome {
  return {
    runs: [run],
    status: 'invalid',
    reason: 'message_too_large',
    text: 'The message is larger than the destination accepts; it was not sent.',
    batch: '',
    attempt: 0,
    sentAt: clock.now(),
  }
}

function isStopped(cause: unknown): RunStopped {
  return cause instanceof RunStopped
    ? cause
    : new RunStopped('The sending was asked to stop. Run the same command again to go on.', {
        cause,
      })
}
