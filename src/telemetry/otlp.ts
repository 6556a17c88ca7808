import type { LogFields } from '../core/index.ts'

/*
 * The JSON of OTLP over HTTP (OpenTelemetry protocol 1.x), as far as it is needed: 64-bit integers are text, ids are
 * hexadecimal, times are nanoseconds since the epoch.
 */

/** A step that is over. Times in ms since the epoch. */
export interface EndedSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly startMs: number
  readonly endMs: number
  readonly fields: LogFields
  /** A stable code; absent where all went well. */
  readonly error?: string
}

/** What was added to a counter since the last time. */
export interface Counted {
  readonly name: string
  readonly unit: string
  readonly value: number
  readonly fields: LogFields
}

/** What everything comes from. */
export interface Source {
  readonly resource: LogFields
  readonly version: string
}

/** The body of `/v1/traces`. */
export function tracesBody({ resource, version }: Source, spans: readonly EndedSpan[]): object {
  return {
    resourceSpans: [
      {
        resource: { attributes: attributes(resource) },
        scopeSpans: [{ scope: scope(version), spans: spans.map(spanOf) }],
      },
    ],
  }
}

/** The body of `/v1/metrics`: sums since the start of the process, as differences. */
export function metricsBody(
  { resource, version }: Source,
  counted: readonly Counted[],
  fromMs: number,
  toMs: number,
): object {
  const names = [...new Set(counted.map(({ name }) => name))]
  return {
    resourceMetrics: [
      {
        resource: { attributes: attributes(resource) },
        scopeMetrics: [
          {
            scope: scope(version),
            metrics: names.map((name) => {
              const points = counted.filter((one) => one.name === name)
              return {
                name,
                unit: points[0]?.unit ?? '1',
                sum: {
                  aggregationTemporality: 1,
                  isMonotonic: true,
                  dataPoints: points.map(({ value, fields }) => ({
                    asInt: String(Math.round(value)),
                    startTimeUnixNano: nanos(fromMs),
                    timeUnixNano: nanos(toMs),
                    attributes: attributes(fields),
                  })),
                },
              }
            }),
          },
        ],
      },
    ],
  }
}

function spanOf({ traceId, spanId, parentSpanId, name, startMs, endMs, fields, error }: EndedSpan) {
  return {
    traceId,
    spanId,
    ...(parentSpanId === undefined ? {} : { parentSpanId }),
    name,
    kind: 1,
    startTimeUnixNano: nanos(startMs),
    endTimeUnixNano: nanos(endMs),
    attributes: attributes(fields),
    status: error === undefined ? { code: 1 } : { code: 2, message: error },
  }
}

const scope = (version: string) => ({ name: 'customerio-jobs', version })

const nanos = (ms: number) => String(BigInt(Math.round(ms * 1000)) * 1000n)

function attributes(fields: LogFields): object[] {
  return Object.entries(fields).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value: typed(value) }],
  )
}

function typed(value: string | number | boolean): object {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value }
}
