import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { runAll } from '../../src/sync/index.ts'
import { type Bench, startBench } from '../support/bench.ts'

let bench: Bench
const bodies: string[] = []
const server = createServer((request, response) => {
  let text = ''
  request.on('data', (data) => (text += data))
  request.on('end', () => {
    bodies.push(text)
    response.end('{}')
  })
})
beforeAll(async () => {
  bench = await startBench()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
})
afterAll(async () => {
  await bench?.close()
  await new Promise((done) => server.close(done))
})

it('a run is one trace and some counters, and nothing of a row', async () => {
  await bench.sql(
    'CREATE SCHEMA IF NOT EXISTS main.shop',
    "CREATE TABLE main.shop.people USING DELTA AS SELECT id, concat('hush', id, '@example.com') AS email FROM range(20)",
  )
  const people = `sync: people
source: { table: main.shop.people, key: id, changes: full }
send: { call: identify, person: { id: id }, traits: { email: email } }
`
  const { port } = server.address() as AddressInfo
  const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` }
  const parts = await bench.ready({ 'syncs/people.yml': people }, { environment })
  await parts.telemetry.flush()
  bodies.length = 0
  const [ending] = await runAll(parts, parts.project.syncs)
  expect(ending?.kind).toBe('finished')
  await parts.telemetry.flush()
  expect(bodies.join('\n')).not.toMatch(/hush\d/)
  const [traces, metrics] = bodies.map((body) => JSON.parse(body))
  const spans: { name: string; traceId: string }[] = traces.resourceSpans[0].scopeSpans[0].spans
  const names = new Set(spans.map(({ name }) => name))
  expect(names).toEqual(new Set(['run', 'open window', 'send', 'load and close', 'statement']))
  const [run] = spans.filter(({ name }) => name === 'run')
  expect(spans.filter(({ traceId }) => traceId === run?.traceId)).toHaveLength(spans.length)
  const [messages] = metrics.resourceMetrics[0].scopeMetrics[0].metrics
  expect([messages.name, messages.sum.dataPoints[0].asInt]).toEqual([
    'customerio_jobs.messages',
    '20',
  ])
})
