import fc from 'fast-check'
import type { EventRule, Json, PropertyRule } from '../../../src/core/index.ts'

/** Times between 1970 and 9999, written in UTC or with an offset. */
const times = fc
  .tuple(
    fc.date({ min: new Date(0), max: new Date('9999-12-30T00:00:00Z'), noInvalidDate: true }),
    fc.constantFrom('Z', '+01:00', '-11:30'),
  )
  .map(([date, offset]) => date.toISOString().replace('Z', offset))

/** Any JSON whose numbers survive the way through text. */
export const anyJson: fc.Arbitrary<Json> = fc
  .jsonValue({ maxDepth: 2 })
  .map((value) => JSON.parse(JSON.stringify(value)) as Json)

/** Values that a rule allows. */
export function allowed(rule: PropertyRule): fc.Arbitrary<Json> {
  return rule.mayBeNull ? fc.oneof(fc.constant(null), ofType(rule)) : ofType(rule)
}

function ofType({ type, oneOf, least, most, items, members }: PropertyRule): fc.Arbitrary<Json> {
  switch (type) {
    case 'text':
      return oneOf === undefined
        ? fc.string({ unit: 'grapheme', maxLength: 20 })
        : fc.constantFrom(...oneOf)
    case 'number':
      return fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0)
    case 'integer':
      return fc.maxSafeInteger().map((value) => {
        if (least === undefined || most === undefined) return value
        return least + (Math.abs(value) % (most - least + 1))
      })
    case 'boolean':
      return fc.boolean()
    case 'time':
      return times
    case 'array':
      return fc.array(items === undefined ? anyJson : allowed(items), { maxLength: 3 })
    case 'object':
      return objects(members ?? {})
    default:
      return anyJson
  }
}

/** Objects with some of the members, all that must be there, and some of their own. */
function objects(members: Readonly<Record<string, PropertyRule>>): fc.Arbitrary<Json> {
  const requiredKeys = Object.keys(members).filter((name) => members[name]?.isRequired)
  const documented = fc.record(
    Object.fromEntries(Object.entries(members).map(([name, rule]) => [name, allowed(rule)])),
    { requiredKeys },
  )
  const own = fc.dictionary(
    fc.string({ maxLength: 8 }).map((name) => `my_${name}`),
    anyJson,
    {
      maxKeys: 2,
    },
  )
  return fc.tuple(own, documented).map(([mine, theirs]) => ({ ...mine, ...theirs }) as Json)
}

/** Properties as they are documented for an event, and some of the sender's own. */
export function propertiesOf(rule: EventRule): fc.Arbitrary<Record<string, Json>> {
  return objects(rule.properties) as fc.Arbitrary<Record<string, Json>>
}

/** Properties as they are documented but for one, which may be missing or something else. */
export function doubtful(rule: EventRule): fc.Arbitrary<Record<string, Json>> {
  const names = Object.keys(rule.properties)
  if (names.length === 0) return propertiesOf(rule)
  return fc
    .tuple(propertiesOf(rule), fc.constantFrom(...names))
    .chain(([properties, name]) =>
      fc
        .oneof(nearly(rule.properties[name]!), anyJson, fc.constant(undefined))
        .map((value) => ({ ...properties, [name]: value }) as Record<string, Json>),
    )
}

/** Values that are almost what some rule allows. */
export const edges: readonly Json[] = [
  null,
  true,
  '',
  'opened',
  'Opened',
  -1,
  0,
  0.5,
  100,
  101,
  2 ** 53 - 1,
  2 ** 53,
  '2026-01-31T09:30:00Z',
  '2024-02-29T23:59:59.123456+14:00',
  '2023-02-29T00:00:00Z',
  '2026-02-30T00:00:00Z',
  '2026-01-31',
  '2026-01-31T09:30Z',
  '2026-01-31T09:30:00',
  '2026-01-31T24:00:00Z',
  '2026-01-31T23:60:00Z',
  '2026-01-31T09:30:00+24:00',
  '2026-01-31t09:30:00z',
  '12026-01-31T09:30:00Z',
  [],
  [''],
  [null],
  [{}],
  {},
]

/** Edges, also inside of what a rule knows. */
function nearly({ items, members = {} }: PropertyRule): fc.Arbitrary<Json> {
  const edge = fc.constantFrom(...edges)
  const inside = Object.keys(items?.members ?? members).map((name) => [name, edge])
  const broken = fc.record(Object.fromEntries(inside), { requiredKeys: [] }) as fc.Arbitrary<Json>
  return fc.oneof(edge, items === undefined ? broken : fc.array(fc.oneof(broken, edge)))
}
