import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { createRecorder, type Files } from '../../src/audit/index.ts'
import { type BatchOutcome, silentLog } from '../../src/core/index.ts'
import { blockOf, HandClock, readParquet, type TestMessage } from './support.ts'

const text = fc.string({ unit: 'binary', maxLength: 12 })
const message: fc.Arbitrary<Omit<TestMessage, 'event'> & { event: string }> = fc.record({
  key: text,
  person: fc.oneof(text, fc.constant('x'.repeat(100))),
  id: fc.stringMatching(/^[0-9A-Z]{26}$/),
  json: text,
  event: text,
  hash: fc.constantFrom('', 'a', '0123456789abcdef0123456789abcdef'),
  partition: fc.nat(2),
})
const partitions = ['', 'EU', 'ÜS']

/** A block of messages, with or without events and partitions of their own. */
const someBlock = fc
  .record({
    messages: fc.array(message, { minLength: 1, maxLength: 12 }),
    events: fc.boolean(),
    hashes: fc.boolean(),
    split: fc.boolean(),
  })
  .map(({ messages, events, hashes, split }) =>
    messages.map(({ event, partition, hash, ...rest }) => ({
      ...rest,
      ...(hashes ? { hash } : {}),
      ...(events ? { event } : {}),
      ...(split ? { partition } : {}),
    })),
  )

type Step =
  | { kind: 'invalid'; rows: { key: string; id: string; reason: string; text: string }[] }
  | {
      kind: 'outcome'
      runs: { messages: Partial<TestMessage>[]; from: number; to: number }[]
      fate: Omit<BatchOutcome, 'runs'>
    }

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('invalid' as const),
    rows: fc.array(fc.record({ key: text, id: text, reason: text, text }), { maxLength: 4 }),
  }),
  fc.record({
    kind: fc.constant('outcome' as const),
    runs: fc.array(
      fc.tuple(someBlock, fc.nat(12), fc.nat(12)).map(([messages, a, b]) => ({
        messages,
        from: Math.min(a, b, messages.length),
        to: Math.min(Math.max(a, b), messages.length),
      })),
      { maxLength: 3 },
    ),
    fate: fc.record(
      {
        status: fc.constantFrom('delivered', 'invalid', 'rejected', 'undelivered'),
        reason: text,
        text,
        batch: text,
        attempt: fc.nat(9),
        sentAt: fc.integer({ min: 0, max: 4_102_444_800_000 }),
      },
      { requiredKeys: ['status', 'batch', 'attempt', 'sentAt'] },
    ),
  }),
)

it('the parts hold exactly the rows that a plain list of the outcomes has, in order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 8 }),
      fc.record({
        keepPayload: fc.boolean(),
        compress: fc.boolean(),
        partRows: fc.integer({ min: 1, max: 20 }),
      }),
      async (steps, { keepPayload, compress, partRows }) => {
        const kept: Uint8Array[] = []
        const files: Files = {
          put: async (_, bytes) => {
            kept.push(bytes)
            return 'created'
          },
          list: async () => [],
          delete: async () => {},
        }
        const clock = new HandClock()
        const recorder = createRecorder({
          files,
          folder: '/Volumes/a/b/parts',
          windowId: 'w.d.000001',
          sync: 'w',
          destination: 'd',
          call: 'track',
          runId: 'r',
          attempt: 1,
          clock,
          log: silentLog,
          keepPayload,
          limits: { partRows, compress },
        })
        const expected: unknown[] = []
        for (const one of steps) {
          if (one.kind === 'invalid') {
            recorder.invalid(one.rows)
            for (const row of one.rows) {
              expected.push([
                row.key,
                null,
                row.id,
                null,
                null,
                null,
                'invalid',
                row.reason,
                row.text,
                null,
                0,
                BigInt(clock.now()) * 1000n,
                null,
                null,
              ])
            }
            continue
          }
          const { fate } = one
          recorder.outcome({
            ...fate,
            runs: one.runs.map(({ messages, from, to }) => ({
              block: blockOf(messages as TestMessage[], partitions),
              from,
              to,
            })),
          })
          for (const { messages, from, to } of one.runs) {
            for (const { key, person, id, json, event, partition, hash } of (
              messages as TestMessage[]
            ).slice(from, to)) {
              expected.push([
                key,
                person,
                id,
                event ?? null,
                partitions[partition ?? 0],
                Buffer.byteLength(json),
                fate.status,
                fate.reason ?? null,
                fate.text ?? null,
                fate.batch === '' ? null : fate.batch,
                fate.attempt,
                BigInt(fate.sentAt) * 1000n,
                keepPayload ? json : null,
                hash || null,
              ])
            }
          }
        }
        const parts = await recorder.close()
        const rows: unknown[] = []
        for (const file of kept) rows.push(...(await readParquet(file, columns)).map(Object.values))
        expect(rows).toEqual(expected)
        expect(parts.reduce((sum, part) => sum + part.rows, 0)).toBe(expected.length)
      },
    ),
    { numRuns: 60 },
  )
})

const columns = `message_key, person, message_id, event, partition_value, bytes, status, reason, reason_text,
  batch_id, send_attempt, epoch_us(sent_at), payload, row_hash`
