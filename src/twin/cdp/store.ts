import { join } from 'node:path'
import { type Clock, newId } from '../../core/index.ts'
import { callOf } from './calls.ts'
import { Inbox } from './inbox.ts'
import { type Fault, type Placed, readBody } from './intake.ts'
import { Journal, type JournalLine } from './journal.ts'
import { createQueries, type Queries } from './queries.ts'
import { RequestLog } from './request-log.ts'
import type { Region, RequestRecord } from './words.ts'

/** What a store needs. */
export interface StoreOptions {
  /** Where the journal lives; without a folder everything is forgotten at the end. */
  readonly folder?: string
  readonly clock: Clock
  /**
   * `all` (default) keeps and journals every request and message. `counts` is for benchmarks: requests are counted
   * and timed, bodies are measured but not parsed, nothing is journalled.
   */
  readonly keep?: 'all' | 'counts'
}

/** A request that has been judged, on its way into the store. */
export interface Reception extends Omit<RequestRecord, 'id'> {
  readonly body: Buffer
  readonly taken: readonly Placed[]
  readonly faults: readonly Fault[]
}

/** All that the doors of both regions have received. Open one with {@link createStore}. */
export interface Store extends Queries {
  readonly keep: 'all' | 'counts'
  /** Grows with every request: unchanged means there is nothing new to show. */
  readonly version: number
  /** Writes a judged request down and lets its messages act. Waits only when the disk is far behind. */
  receive(reception: Reception): Promise<void>
  /** Writes what waits and lets go of the journal. Nothing is lost. */
  close(): Promise<void>
}

/** Opens the store in `folder`, with all that was received before. */
export async function createStore({ folder, clock, keep = 'all' }: StoreOptions): Promise<Store> {
  const inboxes: Readonly<Record<Region, Inbox>> = { us: new Inbox('us'), eu: new Inbox('eu') }
  const log = new RequestLog(keep)

  const take = (request: RequestRecord, taken: readonly Placed[]) => {
    const inbox = inboxes[request.region]
    for (const { index, content } of taken) {
      inbox.receive(content, `${request.id}-${index}`, request.at)
    }
  }
  const again = ({ head, body }: JournalLine) => {
    const { faults, ...request } = JSON.parse(head) as RequestRecord & { faults: readonly Fault[] }
    const call = callOf(request.path)
    const read = body === undefined ? [] : readBody(body, call?.type, false).messages
    const bad = new Set(faults.map((fault) => fault.index))
    const taken = read.filter(({ index }) => !bad.has(index))
    log.add(request, faults, taken.length)
    take(request, taken)
  }
  const journal =
    folder === undefined || keep === 'counts'
      ? undefined
      : await Journal.open(join(folder, 'received.jsonl'), again)

  return {
    ...createQueries(inboxes, log, clock),
    keep,
    get version() {
      return log.count
    },
    async receive({ body, taken, faults, ...rest }) {
      const request = { id: newId(rest.at), ...rest }
      const isTaken = request.verdict === 'accepted' || request.verdict === 'partly'
      const head = () => JSON.stringify({ ...request, faults })
      journal?.append(isTaken ? { head: head(), body } : { head: head() })
      log.add(request, faults, keep === 'counts' && isTaken ? request.messages : taken.length)
      if (isTaken) take(request, taken)
      await journal?.room()
    },
    async close() {
      await journal?.close()
    },
  }
}
