import type { Fault } from './intake.ts'
import { mostInWindow } from './rate-window.ts'
import type { DroppedRecord, Region, RequestRecord, Verdict } from './words.ts'

/** Sums over all requests. */
export interface RequestCounts extends Readonly<Record<Verdict, number>> {
  readonly requests: number
  readonly bytes: number
  /** Messages that were taken. */
  readonly messages: number
  /** Messages, and requests that could not be read as messages, that were thrown away or refused. */
  readonly lost: number
}

/** Which requests to look at; everything left out means any. */
export interface KeyFilter {
  readonly region?: Region
  /** Fingerprint of the key. */
  readonly key?: string
}

/** Every request in the order of arrival; of many, in a benchmark, only times and sums. */
export class RequestLog {
  readonly requests: RequestRecord[] = []
  readonly dropped: DroppedRecord[] = []
  readonly #keep: 'all' | 'counts'
  readonly #times = new Map<string, number[]>()
  readonly #counts = {
    requests: 0,
    bytes: 0,
    messages: 0,
    lost: 0,
    accepted: 0,
    partly: 0,
    dropped: 0,
    refused: 0,
  }

  constructor(keep: 'all' | 'counts') {
    this.#keep = keep
  }

  /** How many requests there were. */
  get count(): number {
    return this.#counts.requests
  }

  /** The sums. */
  get counts(): RequestCounts {
    return { ...this.#counts }
  }

  /** Adds a request, what was wrong with it, and how many of its messages were taken. */
  add(request: RequestRecord, faults: readonly Fault[], taken: number): void {
    const { at, region, path, status } = request
    this.#counts.requests++
    this.#counts.bytes += request.bytes
    this.#counts.messages += taken
    this.#counts.lost += Math.max(request.messages - taken, faults.length > 0 ? 1 : 0)
    this.#counts[request.verdict]++
    const name = `${region}/${request.key}`
    const times = this.#times.get(name)
    if (times === undefined) this.#times.set(name, [at])
    else times.push(at)
    if (this.#keep === 'counts') return
    this.requests.push(request)
    for (const { reason, text, index } of faults) {
      const place = index === undefined ? {} : { index }
      this.dropped.push({ at, region, request: request.id, path, status, reason, text, ...place })
    }
  }

  /** The most requests that one key sent to one region within any `windowMs`. */
  maxRequestsInWindow(windowMs: number, { region, key }: KeyFilter = {}): number {
    let most = 0
    for (const [name, times] of this.#times) {
      const [itsRegion, itsKey] = name.split('/')
      if ((region ?? itsRegion) === itsRegion && (key ?? itsKey) === itsKey) {
        most = Math.max(most, mostInWindow(times, windowMs))
      }
    }
    return most
  }

  /** Requests that came in each of the `seconds` whole seconds up to `now`, oldest first. */
  perSecond(now: number, seconds: number): number[] {
    const counts = new Array<number>(seconds).fill(0)
    for (const times of this.#times.values()) {
      for (let i = times.length - 1; i >= 0; i--) {
        const age = Math.floor((now - (times[i] ?? 0)) / 1000)
        if (age >= seconds) break
        if (age >= 0) counts[seconds - 1 - age] = (counts[seconds - 1 - age] ?? 0) + 1
      }
    }
    return counts
  }
}
