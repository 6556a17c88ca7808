import {
  type BatchOutcome,
  blockOf,
  type MessageBlock,
  messageId,
  RunStopped,
  SyncError,
} from '../../core/index.ts'
import { batchFormat, build } from '../../customerio/index.ts'
import { deliver, type Recorder } from '../../delivery/index.ts'
import type { Parts } from '../../sync/index.ts'
import type { EraseRequest } from './requests.ts'

/** Requests that a destination did not take all orders of, each with a reason code. */
export type NotTaken = ReadonlyMap<string, string>

/**
 * Tells a destination to delete or suppress people, by each identifier of theirs, within its budget. Whatever it is asked
 * again has the same message id. Nothing about the people is written down: not even what became of their messages.
 */
export async function notify(
  parts: Parts,
  destination: string,
  requests: readonly EraseRequest[],
  erasedAt: ReadonlyMap<string, number>,
  signal?: AbortSignal,
): Promise<NotTaken> {
  const target = await parts.destination(destination)
  const secret = await parts.idSecret()
  const refused = new Map<string, string>()
  const owners: string[] = []
  const entries = requests.flatMap(({ id, kind, identifiers }) =>
    identifiers.flatMap((identifier) => {
      const at = erasedAt.get(id) ?? parts.clock.now()
      const order = {
        person: { id: identifier },
        messageId: messageId(secret, at, 'erase', id, destination, identifier),
        timestamp: new Date(at),
      }
      try {
        const message =
          kind === 'suppress' ? build.personSuppress(order) : build.personDelete(order)
        owners.push(id)
        const json = JSON.stringify(message)
        return [{ json, key: '', id: order.messageId, identity: identifier }]
      } catch (error) {
        if (!(error instanceof SyncError)) throw error
        refused.set(id, 'identifier_invalid')
        return []
      }
    }),
  )
  if (entries.length === 0) return refused
  const block: MessageBlock = { ...blockOf(entries), partitions: [''], invalid: [] }
  const fates = new Fates(owners)
  const failure = await sent(parts, block, fates, target, signal)
  return new Map([...fates.failed(failure), ...refused])
}

/** Delivers, and gives the code of what ended that early. */
async function sent(
  parts: Parts,
  block: MessageBlock,
  recorder: Recorder,
  target: Awaited<ReturnType<Parts['destination']>>,
  signal: AbortSignal | undefined,
): Promise<string> {
  try {
    await deliver({
      blocks: only(block),
      send: target.send,
      reauthorize: target.reauthorize,
      format: batchFormat,
      budget: parts.budget(target.spec.name),
      recorder,
      lanes: 'by-identity',
      maxFailedPercent: 100,
      clock: parts.clock,
      log: parts.log,
      limits: parts.deliveryLimits,
      ...(signal === undefined ? {} : { signal }),
    })
    return 'undelivered'
  } catch (error) {
    if (error instanceof RunStopped || !(error instanceof SyncError)) throw error
    return error.code.toLowerCase()
  }
}

async function* only(block: MessageBlock): AsyncGenerator<MessageBlock> {
  yield block
}

/** What became of each message, for the request it belongs to. */
class Fates implements Recorder {
  readonly #owners: readonly string[]
  readonly #fates: (string | undefined)[]

  /** The request of each message, in order. */
  constructor(owners: readonly string[]) {
    this.#owners = owners
    this.#fates = owners.map(() => undefined)
  }

  outcome({ runs, status, reason }: BatchOutcome): void {
    for (const { from, to } of runs) {
      this.#fates.fill(status === 'delivered' ? '' : (reason ?? status), from, to)
    }
  }

  exchange(): void {}

  async ready(): Promise<void> {}

  /** Requests with a message that was not delivered, and why; without an outcome for `reason`. */
  failed(reason: string): Map<string, string> {
    return new Map(
      this.#owners.flatMap((owner, i) => {
        const fate = this.#fates[i] ?? reason
        return fate === '' ? [] : [[owner, fate] as const]
      }),
    )
  }
}
