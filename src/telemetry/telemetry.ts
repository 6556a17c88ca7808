import { AsyncLocalStorage } from 'node:async_hooks'
import { randomBytes } from 'node:crypto'
import { Agent, request } from 'undici'
import {
  type Clock,
  isError,
  type Log,
  type LogFields,
  SyncError,
  type Telemetry,
  trusting,
} from '../core/index.ts'
import { type Counted, type EndedSpan, metricsBody, type Source, tracesBody } from './otlp.ts'

/** What {@link openTelemetry} needs. */
export interface TelemetryOptions {
  /** The base address of an OTLP/HTTP receiver, without `/v1/…`. */
  readonly endpoint: string
  /** Headers of every call, perhaps with a secret in them; asked for when the first call is made. */
  readonly headers: () => Promise<Readonly<Record<string, string>>>
  readonly resource: LogFields
  readonly version: string
  readonly clock: Clock
  readonly log: Log
  readonly ca?: string
}

/** How long handing over may take, in ms: nobody waits for a receiver that is down. */
const patienceMs = 5000

/** Spans that are kept until they are handed over; what comes then is counted and dropped. */
const mostSpans = 10_000

/** Telemetry that goes to an OTLP/HTTP receiver as JSON, when it is flushed. What fails there is logged, once, and no more. */
export function openTelemetry(options: TelemetryOptions): Telemetry {
  const { clock, log, endpoint } = options
  const source: Source = { resource: options.resource, version: options.version }
  const parents = new AsyncLocalStorage<{ readonly traceId: string; readonly spanId: string }>()
  const counters = new Map<string, Counted>()
  let spans: EndedSpan[] = []
  let dropped = 0
  let from = clock.now()

  const keep = (span: EndedSpan) => {
    if (spans.length < mostSpans) spans.push(span)
    else dropped++
  }

  const send = async (dispatcher: Agent, path: string, body: object): Promise<void> => {
    const { statusCode, body: answer } = await request(`${endpoint.replace(/\/$/, '')}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(await options.headers()) },
      body: JSON.stringify(body),
      dispatcher,
      signal: AbortSignal.timeout(patienceMs),
    })
    await answer.dump()
    if (statusCode >= 300) throw new Error(`status ${statusCode}`)
  }

  return {
    async span(name, fields, work) {
      const parent = parents.getStore()
      const traceId = parent?.traceId ?? randomBytes(16).toString('hex')
      const spanId = randomBytes(8).toString('hex')
      const startMs = clock.now()
      let known = fields
      const end = (error?: unknown) =>
        keep({
          traceId,
          spanId,
          ...(parent === undefined ? {} : { parentSpanId: parent.spanId }),
          name,
          startMs,
          endMs: clock.now(),
          fields: known,
          ...(error === undefined ? {} : { error: codeOf(error) }),
        })
      const set = (more: LogFields) => {
        known = { ...known, ...more }
      }
      try {
        const result = await parents.run({ traceId, spanId }, () => work({ set }))
        end()
        return result
      } catch (error) {
        end(error)
        throw error
      }
    },

    count(name, unit, value, fields) {
      const key = JSON.stringify([name, fields])
      const before = counters.get(key)?.value ?? 0
      counters.set(key, { name, unit, value: before + value, fields })
    },

    async flush() {
      const [ended, counted, since] = [spans, [...counters.values()], from]
      spans = []
      counters.clear()
      from = clock.now()
      if (ended.length + counted.length === 0) return
      const dispatcher = new Agent({ connect: trusting(options.ca) })
      try {
        if (ended.length > 0) await send(dispatcher, '/v1/traces', tracesBody(source, ended))
        if (counted.length > 0)
          await send(dispatcher, '/v1/metrics', metricsBody(source, counted, since, clock.now()))
        if (dropped > 0) log.warn('more steps than telemetry keeps', { dropped })
      } catch (error) {
        log.warn('telemetry was not taken; nothing else depends on it', {
          because: isError(error) ? error.message : 'unknown',
        })
      } finally {
        await dispatcher.destroy()
      }
    },
  }
}

/** A stable code: texts of errors are for people, and may say too much. */
function codeOf(error: unknown): string {
  if (error instanceof SyncError) return error.code
  return isError(error) ? error.name : 'UNEXPECTED'
}
