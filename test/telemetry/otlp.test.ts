import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { createLog, SourceError, systemClock } from '../../src/core/index.ts'
import { openTelemetry } from '../../src/telemetry/index.ts'

interface Taken {
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: {
    resourceSpans: { resource: object; scopeSpans: { spans: Record<string, unknown>[] }[] }[]
    resourceMetrics: { scopeMetrics: { metrics: Record<string, unknown>[] }[] }[]
  }
}

let taken: Taken[]
let status: number
let endpoint: string
const server = createServer((request, response) => {
  let text = ''
  request.on('data', (data) => (text += data))
  request.on('end', () => {
    taken.push({ path: request.url ?? '', headers: request.headers, body: JSON.parse(text) })
    response.writeHead(status).end('{}')
  })
})
beforeEach(async () => {
  taken = []
  status = 200
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(() => new Promise((done) => server.close(done)))

function open(lines: string[] = []) {
  return openTelemetry({
    endpoint,
    headers: async () => ({ authorization: 'Bearer t' }),
    resource: { 'service.name': 'x', missing: undefined },
    version: '1',
    clock: systemClock,
    log: createLog((line) => lines.push(line)),
  })
}

it('hands steps over as one trace, children under their parents, with what became known', async () => {
  const telemetry = open()
  await telemetry.span('run', { sync: 'people' }, async (span) => {
    await telemetry.span('open window', {}, async () => {})
    span.set({ rows: 7, share: 0.5, resumed: false })
  })
  await telemetry.flush()
  const [{ path, headers, body } = taken[0]!] = taken
  expect([taken.length, path, headers.authorization]).toEqual([1, '/v1/traces', 'Bearer t'])
  const [child, parent] = body.resourceSpans[0]!.scopeSpans[0]!.spans
  expect(child).toMatchObject({ name: 'open window', parentSpanId: parent!.spanId })
  expect(child!.traceId).toBe(parent!.traceId)
  expect(parent).toMatchObject({ name: 'run', kind: 1, status: { code: 1 } })
  expect(parent!.attributes).toEqual([
    { key: 'sync', value: { stringValue: 'people' } },
    { key: 'rows', value: { intValue: '7' } },
    { key: 'share', value: { doubleValue: 0.5 } },
    { key: 'resumed', value: { boolValue: false } },
  ])
  expect(BigInt(parent!.endTimeUnixNano as string)).toBeGreaterThanOrEqual(
    BigInt(parent!.startTimeUnixNano as string),
  )
  expect(body.resourceSpans[0]!.resource).toEqual({
    attributes: [{ key: 'service.name', value: { stringValue: 'x' } }],
  })
})

it('notes the code of an error and lets it go on, without its text', async () => {
  const telemetry = open()
  const failing = telemetry.span('run', {}, async () => {
    throw new SourceError('TABLE_MISSING', 'somebody@example.com is not there')
  })
  await expect(failing).rejects.toThrow('not there')
  await telemetry.flush()
  expect(taken[0]!.body.resourceSpans[0]!.scopeSpans[0]!.spans[0]).toMatchObject({
    status: { code: 2, message: 'TABLE_MISSING' },
  })
  expect(JSON.stringify(taken)).not.toContain('example.com')
})

it('adds counters up by their fields, as differences since the last time', async () => {
  const telemetry = open()
  telemetry.count('messages', '{message}', 2, { sync: 'a' })
  telemetry.count('messages', '{message}', 3, { sync: 'a' })
  telemetry.count('messages', '{message}', 1, { sync: 'b' })
  await telemetry.flush()
  await telemetry.flush()
  expect(taken.map(({ path }) => path)).toEqual(['/v1/metrics'])
  const [metric] = taken[0]!.body.resourceMetrics[0]!.scopeMetrics[0]!.metrics
  expect(metric).toMatchObject({
    name: 'messages',
    unit: '{message}',
    sum: { aggregationTemporality: 1, isMonotonic: true },
  })
  const { dataPoints } = metric!.sum as { dataPoints: { asInt: string }[] }
  expect(dataPoints.map(({ asInt }) => asInt)).toEqual(['5', '1'])
})

it('harms nobody where the receiver refuses or is not there: one line says so', async () => {
  const lines: string[] = []
  status = 503
  const telemetry = open(lines)
  telemetry.count('messages', '1', 1, {})
  await telemetry.flush()
  endpoint = 'http://127.0.0.1:9'
  const gone = open(lines)
  gone.count('messages', '1', 1, {})
  await gone.flush()
  expect(lines).toHaveLength(2)
  expect(lines[0]).toContain('telemetry was not taken')
})
