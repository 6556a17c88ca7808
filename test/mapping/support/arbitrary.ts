import {
  Bool,
  DataType,
  DateDay,
  DateMillisecond,
  Decimal,
  Dictionary,
  Field,
  FixedSizeList,
  Float32,
  Float64,
  Int8,
  Int16,
  Int32,
  Int64,
  LargeUtf8,
  List,
  Map_,
  Null,
  Struct,
  TimestampMicrosecond,
  TimestampMillisecond,
  TimestampNanosecond,
  TimestampSecond,
  Uint8,
  Uint32,
  Uint64,
  Utf8,
} from 'apache-arrow'
import fc from 'fast-check'
import {
  type Call,
  calls,
  type FieldSpec,
  type Fields,
  fieldsName,
  isEventCall,
  type LimitPolicy,
  type Mask,
  type Nulls,
  type SyncSpec,
} from '../../../src/core/index.ts'
import type { Value } from './arrow.ts'
import { aSync } from './spec.ts'

interface Column {
  readonly name: string
  readonly type: DataType
  readonly values: readonly Value[]
}

/** A type together with the values it takes, NULL left out. */
interface Typed {
  readonly type: DataType
  readonly value: fc.Arbitrary<Value>
}

/** Texts as they come and as they must not come: escapes, four-byte characters, broken and surrogate bytes. */
const text: fc.Arbitrary<Value> = fc.oneof(
  { weight: 5, arbitrary: fc.string({ unit: 'grapheme', maxLength: 20 }) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary-ascii', maxLength: 12 }) },
  fc.constantFrom(
    '',
    '\u0000',
    '"',
    '\\',
    '\ud83d\ude00',
    '\ufeffx',
    '\u2028',
    ' Ab ',
    'null',
    'a,',
    'long '.repeat(200),
    'é"'.repeat(400),
  ),
  fc.constantFrom(
    Buffer.from([0xed, 0xa0, 0x80]),
    Buffer.from([0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80, 0x22]),
    Buffer.from([0x80]),
    Buffer.from([0xc3]),
    Buffer.from([0x61, 0xff, 0x0a]),
    Buffer.from([0xf0, 0x9f, 0x98]),
  ),
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 8 }) },
)

const int = (bits: number): fc.Arbitrary<Value> =>
  fc.integer({ min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 })
const uint = (bits: number): fc.Arbitrary<Value> => fc.integer({ min: 0, max: 2 ** bits - 1 })
const big = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.bigInt({ min: -1_000_000_000n, max: 1_000_000_000n }),
  fc.constantFrom(
    0n,
    2n ** 53n,
    2n ** 53n + 1n,
    -(2n ** 53n) - 1n,
    10n ** 15n,
    10n ** 8n,
    10n ** 9n - 1n,
  ),
)
const unsigned = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  fc.bigInt({ min: 0n, max: 9n }),
)
const decimal = (precision: number) =>
  fc.oneof(
    fc.bigInt({ min: -(10n ** BigInt(precision)) + 1n, max: 10n ** BigInt(precision) - 1n }),
    fc.bigInt({ min: -100_000n, max: 100_000n }),
    fc.constantFrom(0n, 100n, -1n, 1_250_000_000_000_000_000n),
  )
const double = fc.oneof(
  fc.double(),
  fc.integer().map((n) => n / 100),
  fc.constantFrom(0, -0, 1e21, 1e-7, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY),
)
/** Microseconds, mostly between 1900 and 2300, also before 1970 and outside what ISO 8601 can say. */
const micros = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.bigInt({ min: -2_208_988_800_000_000n, max: 10_413_792_000_000_000n }),
  },
  fc.bigInt({ min: -62_167_219_200_000_000n, max: 253_402_300_799_999_999n }),
  fc.constantFrom(0n, -1n, -1_000_000n, 999n, 253_402_300_800_000_000n, -62_167_219_200_000_001n),
)

const scalars: fc.Arbitrary<Typed> = fc.constantFrom<Typed>(
  { type: new Utf8(), value: text },
  { type: new Utf8(), value: text },
  { type: new LargeUtf8(), value: text },
  { type: new Int8(), value: int(8) },
  { type: new Int16(), value: int(16) },
  { type: new Int32(), value: int(32) },
  { type: new Int64(), value: big },
  { type: new Uint8(), value: uint(8) },
  { type: new Uint32(), value: uint(32) },
  { type: new Uint64(), value: unsigned },
  { type: new Float32(), value: double.map(Math.fround) },
  { type: new Float64(), value: double },
  { type: new Bool(), value: fc.boolean() },
  { type: new Decimal(2, 10), value: decimal(10) },
  { type: new Decimal(18, 38), value: decimal(38) },
  { type: new Decimal(0, 20), value: decimal(20) },
  { type: new Decimal(38, 38), value: decimal(38) },
  { type: new DateDay(), value: fc.integer({ min: -800_000, max: 3_000_000 }) },
  { type: new DateMillisecond(), value: micros.map((n) => n / 1000n) },
  { type: new TimestampSecond(), value: micros.map((n) => n / 1_000_000n) },
  { type: new TimestampMillisecond('UTC'), value: micros.map((n) => n / 1000n) },
  { type: new TimestampMicrosecond('Etc/UTC'), value: micros },
  { type: new TimestampMicrosecond(), value: micros },
  { type: new TimestampNanosecond(), value: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }) },
)

const nullable = (value: fc.Arbitrary<Value>): fc.Arbitrary<Value> =>
  fc.option(value, { nil: null, freq: 4 })

const nested = (inner: fc.Arbitrary<Typed>): fc.Arbitrary<Typed> =>
  fc.oneof(
    inner.map(({ type, value }) => ({
      type: new List(new Field('item', type, true)) as DataType,
      value: fc.array(nullable(value), { maxLength: 3 }),
    })),
    inner.map(({ type, value }) => ({
      type: new FixedSizeList(2, new Field('item', type, true)) as DataType,
      value: fc.array(nullable(value), { minLength: 2, maxLength: 2 }),
    })),
    fc.array(fc.tuple(fieldName, inner), { maxLength: 3 }).map((members) => ({
      type: new Struct(
        members.map(([name, { type }], i) => new Field(`${name}${i}`, type, true)),
      ) as DataType,
      value: fc
        .tuple(...members.map(([, { value }]) => nullable(value)))
        .map((all) => ({ members: all })),
    })),
    fc.tuple(scalars, inner).map(([key, item]) => ({
      type: new Map_(
        new Field(
          'entries',
          new Struct([new Field('key', key.type, false), new Field('value', item.type, true)]),
          false,
        ) as never,
      ) as DataType,
      value: fc
        .array(fc.tuple(key.value, nullable(item.value)), { maxLength: 2 })
        .map((entries) => ({ entries })),
    })),
  )

const fieldName = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 6 }),
  fc.constantFrom('a"b', 'back\\slash', 'new\nline', '\ud83d\ude00', '__proto__', ''),
)

const typed: fc.Arbitrary<Typed> = fc.oneof(
  { weight: 6, arbitrary: scalars },
  { weight: 1, arbitrary: fc.constant({ type: new Null() as DataType, value: fc.constant(null) }) },
  { weight: 2, arbitrary: nested(scalars) },
  { weight: 1, arbitrary: nested(nested(scalars)) },
  {
    weight: 2,
    arbitrary: scalars.map(({ type, value }) => ({
      type: new Dictionary(type, new Int32()) as DataType,
      value,
    })),
  },
)

const nulls = fc.constantFrom<Nulls>('omit', 'clear', 'invalid')

/** A way of sending the type that compiles. */
function field(name: string, type: DataType): fc.Arbitrary<FieldSpec> {
  const plain = DataType.isDictionary(type) ? (type.dictionary as DataType) : type
  const isTime = DataType.isTimestamp(plain) || DataType.isDate(plain)
  const isNested = plain.children?.length > 0 || DataType.isStruct(plain)
  const ways = isTime
    ? (['unix', 'iso', 'text'] as const)
    : isNested
      ? [undefined]
      : DataType.isUtf8(plain) || DataType.isLargeUtf8(plain)
        ? ([undefined, undefined, 'text', 'json'] as const)
        : ([undefined, 'text'] as const)
  const masks: (Mask | undefined)[] = isNested
    ? [undefined, undefined, undefined, 'redact']
    : [undefined, undefined, undefined, 'redact', 'sha256', 'sha256_lower']
  return fc
    .record({
      as: fc.constantFrom(...ways),
      mask: fc.constantFrom(...masks),
      nulls: fc.option(nulls, { nil: undefined, freq: 3 }),
    })
    .map(({ as, mask, nulls: policy }) => ({
      kind: 'column',
      column: name,
      path: [],
      ...(as !== undefined && { as }),
      ...(mask !== undefined && !(as === 'json' && mask !== 'redact') && { mask }),
      ...(policy !== undefined && { nulls: policy }),
    }))
}

const constants: fc.Arbitrary<FieldSpec> = fc
  .constantFrom<FieldSpec & { kind: 'constant' } extends { value: infer V } ? V : never>(
    'lake\nhouse',
    1.5,
    null,
    { deep: ['x', null, true] },
  )
  .map((value) => ({ kind: 'constant', value, path: [] }))

/** Some fields under new names, one deeper. */
function fields(columns: readonly Column[]): fc.Arbitrary<Fields> {
  return fc
    .tuple(
      ...columns.map(({ name, type }) => field(name, type)),
      fc.boolean(),
      constants,
      fieldName,
    )
    .map((all) => {
      const specs = all.slice(0, columns.length) as FieldSpec[]
      const [deep, constant, name] = all.slice(columns.length) as [boolean, FieldSpec, string]
      const made = Object.fromEntries(specs.map((spec, i) => [`${name}${i}`, spec]))
      const inner: FieldSpec = { kind: 'fields', fields: { ...made, constant }, path: [] }
      const bare: FieldSpec = { kind: 'fields', fields: made, path: [] }
      return deep ? { inner, bare } : { ...made, constant }
    })
}

/** A sync and a batch that it compiles for. */
export interface Case {
  readonly sync: SyncSpec
  readonly columns: readonly Column[]
  readonly around: number
  readonly throughIpc: boolean
}

const keys = (rows: number) =>
  fc.array(fc.oneof({ weight: 9, arbitrary: fc.string({ maxLength: 60 }) }, fc.constant(null)), {
    minLength: rows,
    maxLength: rows,
  })

const identifier: fc.Arbitrary<Typed> = fc.constantFrom<Typed>(
  { type: new Utf8(), value: fc.oneof(text, fc.constantFrom('x'.repeat(150), 'é'.repeat(76))) },
  { type: new Int64(), value: big },
  { type: new Uint8(), value: uint(8) },
  { type: new Dictionary(new Utf8(), new Int32()), value: text },
)

function column(
  name: string,
  { type, value }: Typed,
  rows: number,
  likely = 4,
): fc.Arbitrary<Column> {
  const each = fc.option(value, { nil: null, freq: likely })
  return fc
    .array(each, { minLength: rows, maxLength: rows })
    .map((values) => ({ name, type, values }))
}

/** Random syncs over random schemas and data. */
export const cases: fc.Arbitrary<Case> = fc
  .tuple(
    fc.integer({ min: 0, max: 6 }),
    fc.array(typed, { maxLength: 5 }),
    identifier,
    fc.oneof(fc.constantFrom<Call>('identify', 'track'), fc.constantFrom<Call>(...calls)),
    fc.boolean(),
    fc.boolean(),
  )
  .chain(([rows, types, who, call, hasReject, hasHash]) =>
    fc
      .tuple(
        keys(rows),
        column('who', who, rows, 9),
        column('ghost', identifier0, rows),
        column('at', { type: new TimestampMicrosecond(), value: micros }, rows, 9),
        column(
          'event',
          { type: new Utf8(), value: fc.constantFrom('Order "Placed"', 'Paid', '?', '') },
          rows,
          12,
        ),
        column('part', { type: new Utf8(), value: fc.constantFrom('EU', 'US', '') }, rows),
        fc.array(fc.option(fc.constantFrom('no_route', 'other'), { nil: null, freq: 1 }), {
          minLength: rows,
          maxLength: rows,
        }),
        column(
          '_hash',
          { type: new Utf8(), value: fc.stringMatching(/^[0-9a-f]{0,32}$/) },
          rows,
          9,
        ),
        ...types.map((type, i) => column(`c${i}`, type, rows)),
      )
      .chain(([key, whoColumn, ghost, at, event, part, reject, hash, ...payload]) => {
        const columns: Column[] = [
          { name: '_key', type: new Utf8(), values: key },
          ...(hasReject ? [{ name: '_reject', type: new Utf8(), values: reject }] : []),
          ...(hasHash ? [hash as Column] : []),
          ...(payload as Column[]),
          ...([whoColumn, ghost, at, event, part] as Column[]),
        ]
        return fc
          .record({
            body: fields(payload as Column[]),
            context: fc.option(fields((payload as Column[]).slice(0, 1)), { nil: undefined }),
            who: fc.constantFrom('id', 'email', 'both', 'anonymous'),
            eventColumn: fc.boolean(),
            withAt: fc.boolean(),
            all: fc.boolean(),
            partition: fc.boolean(),
            integrations: fc.boolean(),
            nulls,
            longValues: fc.constantFrom<LimitPolicy>('error', 'warn', 'truncate'),
            around: fc.integer({ min: 0, max: 11 }),
            throughIpc: fc.boolean(),
          })
          .map((choice): Case => {
            const common = {
              nulls: choice.nulls,
              ...(choice.context !== undefined && { context: choice.context }),
              ...(choice.partition && { partition: { by: 'part' } }),
              ...(choice.integrations && { integrations: { All: false, 'Customer.io': true } }),
              ...(choice.all && { columns: { all: true as const, except: ['event'] } }),
            }
            const mayBeAnonymous = isEventCall(call) || call === 'relationship'
            const onlyGhost = choice.who === 'anonymous' && mayBeAnonymous
            const person = {
              ...(!onlyGhost && (choice.who === 'email' ? { email: 'who' } : { id: 'who' })),
              ...((choice.who === 'both' || onlyGhost) && { anonymousId: 'ghost' }),
            }
            const name = choice.eventColumn
              ? { column: 'event', allow: ['Order "Placed"', 'Paid'] }
              : { name: 'Order "Placed"' }
            const isObject = call === 'object' || call === 'object_delete'
            const isLink = call === 'relationship' || call === 'relationship_delete'
            const isDevice = call === 'device' || call === 'device_delete'
            const hasFields = fieldsName(call) !== undefined
            const { columns: all, ...always } = common
            const sync = aSync({
              call,
              ...always,
              ...(!isObject && { person }),
              ...((isObject || isLink) && { object: { column: 'who', type: 3 } }),
              ...(isDevice && { device: { token: 'ghost', ...platforms[choice.around % 3] } }),
              ...(call === 'alias' && { merge: { id: 'ghost' } }),
              ...(call === 'track' && { event: name }),
              ...((call === 'page' || call === 'screen') &&
                choice.eventColumn && { name: { kind: 'column', column: 'event', path: [] } }),
              ...((isEventCall(call) || choice.withAt) && { at: 'at' }),
              ...(hasFields && { traits: choice.body, ...(all !== undefined && { columns: all }) }),
              limits: { attributeValues: choice.longValues },
            })
            return { sync, columns, around: choice.around, throughIpc: choice.throughIpc }
          })
      }),
  )

/** A column whose values seldom are one, a constant, and nothing. */
const platforms: readonly { readonly platform?: FieldSpec }[] = [
  { platform: { kind: 'column', column: 'part', path: [] } },
  { platform: { kind: 'constant', value: 'ios', path: [] } },
  {},
]

const identifier0: Typed = { type: new Utf8(), value: text }
