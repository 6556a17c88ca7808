import { hash } from 'node:crypto'
import { type Data, DataType } from 'apache-arrow'
import type { LimitPolicy } from '../core/index.ts'
import type { Write } from './cell.ts'
import { attributeGuard, type Guard, guardOf, type OnLong } from './guards.ts'
import { bindInPlace } from './in-place.ts'
import { bindJson, close } from './json.ts'
import { redacted } from './limits.ts'
import { bindNull } from './nulls.ts'
import { literal, Out, writeLiteral } from './out.ts'
import type { ColumnValue, Member } from './plan.ts'
import { type Reason, type Refusal, refuse } from './reasons.ts'
import { bindText } from './scalars.ts'
import { decodeText, offsetAt, textsOf, writeTextMember } from './texts.ts'
import { isAlwaysShort, kindOf } from './types.ts'

/** Writes the members of one object for a row, each followed by a comma, or refuses the row. */
export type WriteMembers = (row: number) => Refusal | undefined

/** One batch's columns and where its messages are written. */
export interface Batch {
  readonly out: Out
  readonly from: number
  readonly to: number
  readonly column: (name: string) => Data
  /** What happens to attributes that are too long. */
  readonly longValues: LimitPolicy
  readonly onLong: OnLong
  /** False to write every member by its own writer. */
  readonly inPlace: boolean
}

/** Members that one function writes; V8 does not optimize one that is very long. */
const mostInPlace = 32

/** A writer of an object's members, in order. */
export function bindMembers(members: readonly Member[], batch: Batch): WriteMembers {
  const bindOwn = (member: Member) => bindMember(member, batch)
  const writers: WriteMembers[] = []
  for (let i = 0; i < members.length; i += mostInPlace) {
    const some = members.slice(i, i + mostInPlace)
    const inPlace = batch.inPlace ? bindInPlace(some, batch, bindOwn) : undefined
    writers.push(...(inPlace === undefined ? some.map(bindOwn) : [inPlace]))
  }
  return (row) => {
    for (const write of writers) {
      const refusal = write(row)
      if (refusal !== undefined) return refusal
    }
    return undefined
  }
}

function bindMember(member: Member, batch: Batch): WriteMembers {
  const { out } = batch
  const prefix = `${JSON.stringify(member.name)}:`
  const write = bindUnguarded(member, prefix, batch)
  const guards = guardsOf(member, batch)
  if (guards.length === 0) return write
  const prefixBytes = Buffer.byteLength(prefix)
  return (row) => {
    const before = out.at
    const refusal = write(row)
    if (refusal !== undefined || out.at === before) return refusal
    out.at-- // the comma
    for (const guard of guards) {
      const refused = guard(out, before + prefixBytes)
      if (refused !== undefined) return refused
    }
    out.push(0x2c)
    return undefined
  }
}

/** What is to be looked at once the member is written; nothing for values that are always short and of one type. */
function guardsOf(member: Member, { column, longValues, onLong }: Batch): Guard[] {
  const { value } = member
  const isShort = value.kind === 'column' && isAlwaysShort(kindOf(column(value.column).type))
  const own = value.kind === 'column' ? guardOf(value) : undefined
  return [
    ...(own === undefined ? [] : [own]),
    ...(member.isAttribute && !isShort ? [attributeGuard(member, longValues, onLong)] : []),
  ]
}

function bindUnguarded({ value }: Member, prefix: string, batch: Batch): WriteMembers {
  const { out } = batch
  if (value.kind === 'column') return bindColumn(prefix, value, batch)
  if (value.kind === 'constant') {
    const whole = literal(`${prefix}${JSON.stringify(value.value)},`)
    return () => void writeLiteral(out, whole)
  }
  const open = literal(`${prefix}{`)
  const write = bindMembers(value.members, batch)
  const isEmpty = value.members.length === 0
  return (row) => {
    const before = out.at
    writeLiteral(out, open)
    const inside = out.at
    const refusal = write(row)
    if (refusal !== undefined) return refusal
    // An object that lost every member to `nulls: omit` is omitted like them.
    if (out.at === inside && !isEmpty) out.at = before
    else {
      close(out, 0x7d)
      out.push(0x2c)
    }
    return undefined
  }
}

function bindColumn(name: string, value: ColumnValue, batch: Batch): WriteMembers {
  const { out } = batch
  const { column, nulls } = value
  const data = batch.column(column)
  const isNull = bindNull(data)
  const prefix = literal(name)
  const cleared = literal(`${name}null,`)
  const onNull: WriteMembers = () => {
    if (value.names !== undefined) return refuse('identifier_missing', column)
    if (nulls === 'invalid') return refuse('value_missing', column)
    if (nulls === 'clear') writeLiteral(out, cleared)
    return undefined
  }
  if (isPlainText(data, value)) {
    // What most columns are, in one step.
    const texts = textsOf(data, batch.from, batch.to)
    const { offsets } = texts
    const opening = literal(`${name}"`)
    return (row) => {
      if (isNull?.(row)) return onNull(row)
      writeTextMember(out, opening, texts, offsetAt(offsets, row), offsetAt(offsets, row + 1))
      return undefined
    }
  }
  const write = bindValue(data, value.names === undefined ? value : { ...value, as: 'text' }, batch)
  return (row) => {
    if (isNull?.(row)) return onNull(row)
    const before = out.at
    writeLiteral(out, prefix)
    const reason = write(row)
    if (reason === undefined) {
      out.push(0x2c)
      return undefined
    }
    out.at = before
    return reason === 'null' ? onNull(row) : refuse(reason, column)
  }
}

function isPlainText({ type }: Data, { as, mask }: ColumnValue): boolean {
  return (
    mask === undefined && as !== 'json' && !DataType.isDictionary(type) && kindOf(type) === 'text'
  )
}

/** A writer of a column's value, masked and parsed as asked; `null` when parsed JSON turned out to be null. */
function bindValue(
  data: Data,
  { as, mask }: ColumnValue,
  { out, from, to }: Batch,
): (row: number) => Reason | 'null' | undefined {
  if (mask === 'redact') {
    const text = literal(`"${redacted}"`)
    return () => void writeLiteral(out, text)
  }
  if (mask === undefined && as !== 'json') return bindJson(data, { out, as, from, to })
  const scratch = new Out(1024)
  const text = bindText(data, { out: scratch, as, from, to })
  const finish = mask === undefined ? writeParsed : mask === 'sha256' ? writeHash : writeLowerHash
  return (row) => {
    scratch.at = 0
    return text(row) ?? finish(scratch.written(), out)
  }
}

function writeParsed(bytes: Uint8Array, out: Out): Reason | 'null' | undefined {
  const text = decodeText(bytes)
  try {
    if (JSON.parse(text) === null) return 'null'
  } catch {
    return 'value_not_json'
  }
  // The text itself keeps digits that a double would lose.
  const kept = Buffer.from(text.trim())
  out.reserve(kept.length)
  out.bytes.set(kept, out.at)
  out.at += kept.length
  return undefined
}

/** The hex SHA-256 of the text with blanks at its ends removed and in lower case, as ad platforms match it. */
function writeLowerHash(bytes: Uint8Array, out: Out): ReturnType<Write> {
  return writeHash(Buffer.from(decodeText(bytes).trim().toLowerCase()), out)
}

function writeHash(bytes: Uint8Array, out: Out): ReturnType<Write> {
  writeLiteral(out, literal(`"${hash('sha256', bytes, 'hex')}"`))
  return undefined
}
