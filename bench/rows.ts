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
import type { SyncSpec } from '../src/core/index.ts'
import { compile, type Mapping } from '../src/mapping/index.ts'

/*
 * The rows that every benchmark sends: 18 columns (11 texts, 2 timestamps, a double, an int, 2 bigints, a boolean) that
 * become one `identify` of about 707 bytes. A third of the notes is NULL, one row in a hundred needs JSON escapes, some
 * names are not ASCII. `_key` is what the warehouse adds.
 */

const names = ['Zoë Åkesson', 'Łukasz Żak', 'Ana María Núñez', 'John Smith', 'Wei Chen', '山田太郎']
const cities = ['Amsterdam', 'São Paulo', 'Zürich', 'New York', 'Kraków', 'Lisbon']
const base = Date.UTC(2021, 0, 1)
const quiet = 'a quiet customer who has never once asked for anything at all, so far'
const loud = 'said "call back\\later"\nthen hung up, twice, without leaving any number'

type Make = (i: number) => string | number | bigint | boolean | null
const columns: readonly (readonly [string, DataType, Make])[] = [
  ['_key', new Utf8(), (i) => `[${1_000_000 + i}]`],
  ['customer_id', new Int64(), (i) => BigInt(1_000_000 + i)],
  ['email', new Utf8(), (i) => `person.${i}.of.many@example.com`],
  ['first_name', new Utf8(), (i) => of(names, i).split(' ')[0] ?? ''],
  ['last_name', new Utf8(), (i) => of(names, i * 7)],
  ['city', new Utf8(), (i) => of(cities, i)],
  ['country', new Utf8(), (i) => of(['NL', 'BR', 'CH', 'US', 'PL', 'PT'], i)],
  ['street', new Utf8(), (i) => `${i % 900} Long Avenue of the Republic, apartment ${i % 77}`],
  ['plan', new Utf8(), (i) => of(['free', 'starter', 'professional', 'enterprise'], i)],
  ['segment', new Utf8(), (i) => `segment-${i % 37}-of-the-lakehouse-of-today`],
  [
    'referrer',
    new Utf8(),
    (i) => `https://www.example.com/campaigns/spring/landing?variant=${i % 9}`,
  ],
  ['notes', new Utf8(), (i) => (i % 10 < 3 ? null : i % 97 === 0 ? loud : quiet)],
  ['locale', new Utf8(), (i) => of(['nl-NL', 'pt-BR', 'de-CH', 'en-US'], i)],
  ['signed_up_at', new TimestampMicrosecond('Etc/UTC'), (i) => base + i * 61_007],
  ['last_seen_at', new TimestampMicrosecond('Etc/UTC'), (i) => base + i * 90_001],
  ['lifetime_value', new Float64(), (i) => ((i * 7919) % 1_000_000) / 100],
  ['orders', new Int32(), (i) => i % 250],
  ['points', new Int64(), (i) => BigInt(i) * 104_729n],
  ['opted_in', new Bool(), (i) => i % 3 === 0],
]

function of(list: readonly string[], i: number): string {
  return list[i % list.length] ?? ''
}

/** What stands on every message beside the row. */
const context = { app: { name: 'customerio-jobs', version: '1.0.0' } }

/** The opening of the window that the message ids are made for. */
export const window = { number: 12, openedAt: Date.UTC(2026, 0, 2) }
export const idSecret = 'bench secret of thirty-two bytes'

/** The sync that sends them: every column a trait. */
export const sync: SyncSpec = {
  name: 'customers',
  file: 'customers.yml',
  source: {
    from: { table: 'main.gold.customers' },
    key: ['customer_id'],
    changes: { kind: 'full' },
    settleMs: 0,
  },
  send: {
    call: 'identify',
    to: { kind: 'one', destination: 'eu' },
    nulls: 'omit',
    person: { id: 'customer_id' },
    fields: {},
    limits: {
      attributeNames: 'error',
      attributeValues: 'error',
      attributeCount: 'error',
      eventNames: 'error',
    },
    allow: [],
    columns: { all: true, except: [] },
    context: { app: { kind: 'constant', value: context.app, path: [] } },
  },
  onDelete: 'ignore',
  brakes: {
    emptySource: 'stop',
    maxDeletePercent: 5,
    maxChangeFactor: 10,
    maxFailedPercent: 5,
    firstRun: 'allow',
  },
  checks: { unique: false, notNull: [] },
  keepPayload: false,
  tests: [],
  at: () => ({ file: 'customers.yml', line: 1, column: 1 }),
}

/** Rows `first … first + count - 1` as one Arrow batch. */
export function arrowRows(first: number, count: number): RecordBatch {
  const fields = columns.map(([name, type]) => new Field(name, type, true))
  const children = columns.map(([, type, make]) => {
    const values = Array.from({ length: count }, (_, i) => make(first + i))
    return vectorFromArray(values, type).data[0]!
  })
  const data = makeData({ type: new Struct(fields), length: count, nullCount: 0, children })
  return new RecordBatch(new Schema(fields), data)
}

/** The compiled mapping of {@link sync} for such batches. */
export function mappingOf({ schema }: { readonly schema: Schema }): Mapping {
  return compile(sync, schema, { destination: 'eu', window, idSecret })
}

/** A message as a program would hand it to an SDK. */
export interface Identify {
  readonly type: 'identify'
  readonly userId: string
  readonly traits: Readonly<Record<string, unknown>>
  readonly context: typeof context
}

/** The rows of a batch as objects, vector by vector: what one would write first. */
export function rowObjects(batch: RecordBatch, from = 0, to = batch.numRows): Identify[] {
  const ids = batch.getChild('customer_id')!
  const sent = columns
    .filter(([name]) => name !== '_key' && name !== 'customer_id')
    .map(([name, type]) => ({
      name,
      isTime: type instanceof TimestampMicrosecond,
      vector: batch.getChild(name)!,
    }))
  return Array.from({ length: to - from }, (_, k) => {
    const traits: Record<string, unknown> = {}
    for (const { name, isTime, vector } of sent) {
      const value: unknown = vector.get(from + k)
      if (value === null) continue
      traits[name] = isTime
        ? new Date(value as number).toISOString()
        : typeof value === 'bigint'
          ? Number(value)
          : value
    }
    return { type: 'identify', userId: String(ids.get(from + k)), traits, context }
  })
}

/** The key of a row, as the warehouse made it. */
export function keyOf(batch: RecordBatch, row: number): string {
  return batch.getChild('_key')!.get(row)
}
