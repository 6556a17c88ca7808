/*
 * Rows per second from an Arrow batch in memory to finished message bytes, ids included: the compiled encoder against
 * row objects with JSON.stringify and Buffer.byteLength per message. Interleaved, medians of the rounds, so that
 * only the ratio matters. Run it on an idle machine:
 *
 *   npx esbuild bench/encode.ts --bundle --platform=node --format=esm --outfile=/tmp/encode-bench.mjs && node /tmp/encode-bench.mjs
 */
import {
  Bool,
  type DataType,
  Field,
  Float64,
  Int32,
  Int64,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  TimestampMicrosecond,
  Utf8,
  vectorFromArray,
} from 'apache-arrow'
import { messageId, type SyncSpec } from '../src/core/index.ts'
import { compile } from '../src/mapping/index.ts'

const rows = 50_000
const rounds = 9
const blockRows = 4096
const idSecret = 'bench secret of thirty-two bytes'
const window = { number: 12, openedAt: Date.UTC(2026, 0, 2) }

const names = ['Zoë Åkesson', 'Łukasz Żak', 'Ana María Núñez', 'John Smith', 'Wei Chen', '山田太郎']
const cities = ['Amsterdam', 'São Paulo', 'Zürich', 'New York', 'Kraków', 'Lisbon']
const base = Date.UTC(2021, 0, 1)

type Make = (i: number) => string | number | bigint | boolean | null
const columns: [string, DataType, Make][] = [
  ['_key', new Utf8(), (i) => `[${1_000_000 + i}]`],
  ['customer_id', new Int64(), (i) => BigInt(1_000_000 + i)],
  ['email', new Utf8(), (i) => `person.${i}.of.many@example.com`],
  ['first_name', new Utf8(), (i) => names[i % 6]!.split(' ')[0]!],
  ['last_name', new Utf8(), (i) => names[(i * 7) % 6]!],
  ['city', new Utf8(), (i) => cities[i % 6]!],
  ['country', new Utf8(), (i) => ['NL', 'BR', 'CH', 'US', 'PL', 'PT'][i % 6]!],
  ['street', new Utf8(), (i) => `${i % 900} Long Avenue of the Republic, apartment ${i % 77}`],
  ['plan', new Utf8(), (i) => ['free', 'starter', 'professional', 'enterprise'][i % 4]!],
  ['segment', new Utf8(), (i) => `segment-${i % 37}-of-the-lakehouse`],
  [
    'referrer',
    new Utf8(),
    (i) => `https://www.example.com/campaigns/spring/landing?variant=${i % 9}`,
  ],
  [
    'notes',
    new Utf8(),
    (i) =>
      i % 10 < 3
        ? null
        : i % 97 === 0
          ? 'said "call back\\later"\nthen hung up, twice, without leaving any number'
          : 'a quiet customer who has never once asked for anything at all, so far',
  ],
  ['locale', new Utf8(), (i) => ['nl-NL', 'pt-BR', 'de-CH', 'en-US'][i % 4]!],
  ['signed_up_at', new TimestampMicrosecond('Etc/UTC'), (i) => base + i * 61_007],
  ['last_seen_at', new TimestampMicrosecond('Etc/UTC'), (i) => base + i * 90_001],
  ['lifetime_value', new Float64(), (i) => ((i * 7919) % 1_000_000) / 100],
  ['orders', new Int32(), (i) => i % 250],
  ['points', new Int64(), (i) => BigInt(i) * 104_729n],
  ['opted_in', new Bool(), (i) => i % 3 === 0],
]

function makeBatch(): RecordBatch {
  const fields = columns.map(([name, type]) => new Field(name, type, true))
  const children = columns.map(
    ([, type, make]) =>
      vectorFromArray(
        Array.from({ length: rows }, (_, i) => make(i)),
        type,
      ).data[0]!,
  )
  const data = makeData({ type: new Struct(fields), length: rows, nullCount: 0, children })
  return new RecordBatch(new Schema(fields), data)
}

const sync: SyncSpec = {
  name: 'customers',
  file: 'customers.yml',
  source: { from: { table: 'main.gold.customers' }, key: ['customer_id'], changes: 'full' },
  send: {
    call: 'identify',
    to: { kind: 'one', destination: 'eu' },
    nulls: 'omit',
    person: { id: 'customer_id' },
    traits: {},
    columns: { all: true, except: [] },
    context: {
      app: { kind: 'constant', value: { name: 'customerio-jobs', version: '1.0.0' }, path: [] },
    },
  },
  brakes: { maxFailedPercent: 5 },
  keepPayload: false,
  tests: [],
  at: () => ({ file: 'customers.yml', line: 1, column: 1 }),
}

const batch = makeBatch()
const mapping = compile(sync, batch.schema, { destination: 'eu', window, idSecret })

function compiled(): number {
  let bytes = 0
  for (let from = 0; from < rows; from += blockRows) {
    bytes += mapping.encode(batch, from, Math.min(rows, from + blockRows)).bytes.length
  }
  return bytes
}

const sent = columns.filter(([name]) => name !== '_key' && name !== 'customer_id')
const vectors = new Map(columns.map(([name]) => [name, batch.getChild(name)!]))

/** What one would write first: a row object per row, vector by vector. */
function obvious(): number {
  let bytes = 0
  for (let i = 0; i < rows; i++) {
    const traits: Record<string, unknown> = {}
    for (const [name, type] of sent) {
      const value: unknown = vectors.get(name)!.get(i)
      if (value === null) continue
      traits[name] =
        type instanceof TimestampMicrosecond
          ? new Date(value as number).toISOString()
          : typeof value === 'bigint'
            ? Number(value)
            : value
    }
    const key = vectors.get('_key')!.get(i) as string
    const message = {
      type: 'identify',
      messageId: messageId(idSecret, window.openedAt, 'state', 'customers', 'eu', '12', key),
      userId: String(vectors.get('customer_id')!.get(i)),
      traits,
      context: { app: { name: 'customerio-jobs', version: '1.0.0' } },
    }
    bytes += Buffer.byteLength(JSON.stringify(message)) + 1
  }
  return bytes
}

function perSecond(work: () => number): number {
  const start = process.hrtime.bigint()
  work()
  return rows / (Number(process.hrtime.bigint() - start) / 1e9)
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1]!
}

console.log(`${columns.length - 1} columns, ${Math.round(obvious() / rows)} bytes a message`)
const fast: number[] = []
const slow: number[] = []
for (let round = 0; round < rounds; round++) {
  fast.push(perSecond(compiled))
  slow.push(perSecond(obvious))
}
const best = Math.max(...fast)
console.log(
  `compiled  ${Math.round(median(fast)).toLocaleString()} rows/s (best ${Math.round(best).toLocaleString()})`,
)
console.log(`obvious   ${Math.round(median(slow)).toLocaleString()} rows/s`)
console.log(`ratio     ${(median(fast) / median(slow)).toFixed(1)}`)
