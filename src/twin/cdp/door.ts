import type { Clock } from '../../core/index.ts'
import type { Door, DoorRequest, DoorResponse } from '../http/contract.ts'
import { type Call, callOf } from './calls.ts'
import { fingerprintOf, writeKeyOf } from './credentials.ts'
import { type Fault, headerFault, type Intake, readBody } from './intake.ts'
import { createPage, type PageOptions } from './page.ts'
import { documentedRate, type RateLimit, RateWindow } from './rate-window.ts'
import type { Store } from './store.ts'
import type { Region, RequestRecord, Verdict } from './words.ts'

/** What a door to the twin's Customer.io needs. */
export interface CustomerioDoorOptions extends PageOptions {
  readonly region: Region
  /** The write keys that are valid here, asked for on every request, so that a key can be rotated under way. */
  readonly keys: () => readonly string[]
  /** The keys of the other region: only so that a refusal can say "wrong region" instead of "bad key". */
  readonly keysElsewhere?: () => readonly string[]
  readonly store: Store
  readonly clock: Clock
  /** What each key may do; default {@link documentedRate}. */
  readonly rateLimit?: RateLimit
  /** Messages that hold this text are refused, for a reason that nobody documents. Default none. */
  readonly refuse?: string
}

/**
 * Customer.io's Data Pipelines API for one region, in both its modes: with `X-Strict-Mode: 1` it answers what is
 * wrong, without it answers 200 and throws away in silence what it dislikes. Below `/` it shows what it received.
 */
export function createCustomerioDoor(options: CustomerioDoorOptions): Door {
  const { region, store, clock } = options
  const page = createPage(store, options)
  const rates = new Map<string, RateWindow>()

  const rateFault = (key: string, at: number): Limited | undefined => {
    const rate = rates.get(key) ?? new RateWindow(options.rateLimit ?? documentedRate)
    rates.set(key, rate)
    const waitMs = rate.enter(at)
    if (waitMs === 0) return undefined
    const fault: Fault = { reason: 'rate_limited', status: 429, text: 'too many requests' }
    return { fault, retryAfter: Math.ceil(waitMs / 1000) }
  }
  const keyFault = (key: string | undefined): Fault | undefined => {
    if (key !== undefined && options.keys().includes(key)) return undefined
    const isElsewhere = key !== undefined && options.keysElsewhere?.().includes(key) === true
    return isElsewhere
      ? { reason: 'wrong_region', status: 401, text: 'the key belongs to the other region' }
      : { reason: 'bad_key', status: 401, text: 'the key is missing, unknown or malformed' }
  }

  const take = async (request: DoorRequest, call: Call): Promise<DoorResponse> => {
    const at = clock.now()
    const key = writeKeyOf(request.headers.authorization)
    const isStrict = request.headers['x-strict-mode'] === '1'
    const unreadable = headerFault(request) ?? keyFault(key)
    const limited = unreadable === undefined && key !== undefined ? rateFault(key, at) : undefined
    const fault = unreadable ?? limited?.fault
    const intake: Intake =
      fault === undefined
        ? readBody(request.body, call.type, store.keep === 'counts', options.refuse)
        : { count: 0, messages: [], faults: [fault] }
    const { status, verdict } = judge(intake, isStrict)
    const record: Omit<RequestRecord, 'id'> = {
      at,
      region,
      key: fingerprintOf(key),
      path: request.path,
      status,
      bytes: request.body.length,
      messages: intake.count,
      strict: isStrict,
      verdict,
      ...firstOf(intake.faults),
    }
    const taken = verdict === 'refused' ? [] : intake.messages
    await store.receive({ ...record, body: request.body, taken, faults: intake.faults })
    if (status === 200) return { status, body: {} }
    return {
      status,
      ...(limited === undefined ? {} : { headers: { 'retry-after': String(limited.retryAfter) } }),
      body: { meta: { errors: intake.faults.map(({ text }) => text) } },
    }
  }

  return {
    name: 'customerio',
    accepts: ({ path }) => path.startsWith('/v1/') || page.accepts(path),
    label: ({ method, path }) => `${method} ${path}`,
    async handle(request) {
      if (page.accepts(request.path)) return page.handle(request)
      const call = callOf(request.path)
      if (call === undefined) return { status: 404, body: { meta: { errors: ['no such call'] } } }
      if (request.method === 'POST') return take(request, call)
      return {
        status: 405,
        headers: { allow: 'POST' },
        body: { meta: { errors: ['every call is a POST'] } },
      }
    },
  }
}

interface Limited {
  readonly fault: Fault
  readonly retryAfter: number
}

/** Strict mode refuses a request for any fault of any message; the other answers 200 and keeps the good ones. */
function judge(intake: Intake, isStrict: boolean): { status: number; verdict: Verdict } {
  const first = intake.faults[0]
  if (first === undefined) return { status: 200, verdict: 'accepted' }
  const isAlwaysSaid = first.reason === 'rate_limited' || first.reason === 'encoding'
  if (isStrict || isAlwaysSaid) return { status: first.status, verdict: 'refused' }
  return { status: 200, verdict: intake.messages.length > 0 ? 'partly' : 'dropped' }
}

function firstOf([fault]: readonly Fault[]): Pick<RequestRecord, 'reason' | 'text'> {
  return fault === undefined ? {} : { reason: fault.reason, text: fault.text }
}
