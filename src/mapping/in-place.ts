import { type Data, DataType, DateUnit, Precision } from 'apache-arrow'
import type { Source } from './envelope.ts'
import { type Cells, type Generated, generate, type Shape } from './generate.ts'
import { maxAttributeBytes } from './limits.ts'
import type { Out } from './out.ts'
import type { ColumnValue, Member } from './plan.ts'
import type { Refusal } from './reasons.ts'
import { textsOf, viewOf } from './texts.ts'
import { unitsPerSecond } from './times.ts'
import { kindOf } from './types.ts'
import { wordsOf } from './words64.ts'

type WriteMember = (row: number) => Refusal | undefined

/**
 * A writer of members of which the plain ones are written in place, see {@link generate}, and the others by writers of
 * their own, which are made when the first row needs them. Undefined where none is plain or code may not be made.
 */
export function bindInPlace(
  members: readonly Member[],
  { out, from, to, column }: Source & { readonly out: Out },
  bindOwn: (member: Member) => WriteMember,
): WriteMember | undefined {
  const shapes = members.map((member) => shapeOf(member, column))
  const generated = functionFor(members, shapes)
  if (generated === undefined) return undefined
  const cells = members.map(({ value }, i) =>
    value.kind === 'column' ? cellsOf(shapes[i] ?? other, column(value.column), from, to) : noCells,
  )
  const writers: (WriteMember | undefined)[] = members.map(() => undefined)
  let refusal: Refusal | undefined
  generated.bind(out, cells, (i, row) => {
    const member = members[i]
    writers[i] ??= member && bindOwn(member)
    refusal = writers[i]?.(row)
    return refusal !== undefined
  })
  return (row) => (generated.write(row) ? refusal : undefined)
}

/** Functions by their first member, which is in no other list, and by the shapes a batch has. */
const made = new WeakMap<Member, Map<string, Generated | undefined>>()

function functionFor(members: readonly Member[], shapes: readonly Shape[]): Generated | undefined {
  const [first] = members
  if (first === undefined || shapes.every(({ kind }) => kind === 'other')) return undefined
  const known = made.get(first) ?? new Map<string, Generated | undefined>()
  made.set(first, known)
  const key = JSON.stringify(shapes)
  if (!known.has(key)) {
    const columns = members.map(({ name, value }, i) => ({
      name,
      shape: shapes[i] ?? other,
      nulls: value.kind === 'column' ? value.nulls : 'omit',
    }))
    known.set(key, generate(columns))
  }
  return known.get(key)
}

/** Of a text that is no attribute only the message's size is limited, which is looked at when it is written. */
const anyLength = 2 ** 31 - 1
const other: Shape = { kind: 'other' }
const nothing = new Uint8Array(0)
const noCells: Cells = {
  values: nothing,
  validity: undefined,
  offset: 0,
  view: viewOf(nothing),
  offsets: new Int32Array(0),
}

function shapeOf({ value, isAttribute }: Member, column: Source['column']): Shape {
  if (value.kind !== 'column' || !isPlain(value)) return other
  const { type }: Data = column(value.column)
  const { as } = value
  if (DataType.isDictionary(type)) return other
  if (kindOf(type) === 'text') {
    return as === 'json'
      ? other
      : { kind: 'text', longest: isAttribute ? maxAttributeBytes : anyLength }
  }
  if (DataType.isTimestamp(type)) {
    return { kind: as === 'unix' ? 'unix' : 'iso', perSecond: unitsPerSecond(type) }
  }
  if (DataType.isDate(type)) {
    return type.unit === DateUnit.DAY && as !== 'unix' ? { kind: 'day' } : other
  }
  if (as !== undefined) return other
  if (DataType.isInt(type)) {
    return type.bitWidth < 64 ? { kind: 'small' } : { kind: 'wide', isSigned: type.isSigned }
  }
  if (DataType.isFloat(type)) {
    return type.precision === Precision.DOUBLE ? { kind: 'double' } : other
  }
  return DataType.isBool(type) ? { kind: 'boolean' } : other
}

/** Nothing is asked of the value but to be written. */
function isPlain({ mask, names, rule }: ColumnValue): boolean {
  return mask === undefined && names === undefined && rule === undefined
}

function cellsOf({ kind }: Shape, data: Data, from: number, to: number): Cells {
  if (kind === 'other') return noCells
  const validity = data.nullCount > 0 ? data.nullBitmap : undefined
  const { offset } = data
  if (kind === 'text') return { ...noCells, ...textsOf(data, from, to), validity, offset }
  const isWide = kind === 'wide' || kind === 'iso' || kind === 'unix'
  return { ...noCells, values: isWide ? wordsOf(data) : data.values, validity, offset }
}
