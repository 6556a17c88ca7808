import { createHash } from 'node:crypto'
import { type Json, type LimitPolicy, misfits } from '../core/index.ts'
import { attributeBytes, type OnLong } from './guards.ts'
import { maxAttributeBytes, maxIdentifierBytes, redacted, shortened } from './limits.ts'
import { type Cell, modulo } from './plain-cell.ts'
import { isoText, plainJson, plainText, Unsendable } from './plain-json.ts'
import type { ColumnValue, Member, Plan } from './plan.ts'
import { type Reason, type Refusal, refuse } from './reasons.ts'
import { wires } from './wire.ts'

/** One source record by column; a column that is not there is NULL. */
export type PlainRow = (column: string) => Cell

/** What a row becomes, the obvious way. */
export interface PlainMessage {
  /** The message's JSON text. */
  readonly json: string
  readonly identity: string
  readonly event?: string
}

/** The time of a row's message in milliseconds since the epoch; undefined when it has none. */
export function plainTimeMs({ at }: Plan, row: PlainRow): number | undefined {
  const refusal = at === undefined ? undefined : checkAt(at, row)
  if (at === undefined || refusal !== undefined) return undefined
  const nanos = nanosOf(row(at))
  return Number((nanos - modulo(nanos, 1_000_000n)) / 1_000_000n)
}

/**
 * Makes one row's message with nothing but row objects and JSON.stringify. Slow and obvious: the measure of the
 * compiled encoder, and what a sync file's `tests` run on.
 */
export function plainMessage(
  plan: Plan,
  row: PlainRow,
  messageId: string,
  onLong: OnLong = () => {},
): PlainMessage | Refusal {
  try {
    return messageOf(plan, row, messageId, onLong)
  } catch (error) {
    if (error instanceof Refused) return error.refusal
    throw error
  }
}

class Refused extends Error {
  readonly refusal: Refusal

  constructor(reason: Reason, column: string) {
    super(reason)
    this.refusal = refuse(reason, column)
  }
}

function messageOf(plan: Plan, row: PlainRow, messageId: string, onLong: OnLong): PlainMessage {
  const { named, anonymousId } = identifiers(plan, row)
  const event = eventOf(plan, row)
  const refusal = plan.at === undefined ? undefined : checkAt(plan.at, row)
  if (refusal !== undefined && plan.at !== undefined) throw new Refused(refusal, plan.at)
  const long: Long = { policy: plan.longValues ?? 'error', onLong }
  const parts = [
    `"type":${JSON.stringify(wires[plan.call].type)}`,
    `"messageId":${JSON.stringify(messageId)}`,
    ...(named === ''
      ? []
      : [`"${plan.groupId === undefined ? 'userId' : 'groupId'}":${JSON.stringify(named)}`]),
    ...(anonymousId === '' ? [] : [`"anonymousId":${JSON.stringify(anonymousId)}`]),
    ...(event === undefined ? [] : [`"event":${JSON.stringify(event)}`]),
    ...(plan.beside === undefined ? [] : membersJson(plan.beside, row, long)),
    ...(plan.at === undefined ? [] : [`"timestamp":"${isoText(nanosOf(row(plan.at)))}"`]),
    ...(plan.body === undefined ? [] : [`"${plan.body}":${objectJson(plan.members, row, long)}`]),
    ...(plan.context === undefined ? [] : [`"context":${objectJson(plan.context, row, long)}`]),
    ...(plan.integrations === undefined
      ? []
      : [`"integrations":${JSON.stringify(plan.integrations)}`]),
  ]
  return {
    json: `{${parts.join(',')}}`,
    identity: named === '' ? anonymousId : named,
    ...(event !== undefined && { event }),
  }
}

function identifiers(plan: Plan, row: PlainRow): { named: string; anonymousId: string } {
  const columns = [plan.userId ?? plan.groupId, plan.anonymousId]
  const [named, anonymousId] = columns.map((column) => {
    const cell = column === undefined ? null : row(column)
    const text = cell === null ? '' : plainText(cell)
    if (column !== undefined && Buffer.byteLength(text) > maxIdentifierBytes) {
      throw new Refused('identifier_too_long', column)
    }
    return text
  }) as [string, string]
  const known = columns.filter((column) => column !== undefined)
  const needsNamed = wires[plan.call].needsUser === true || plan.groupId !== undefined
  if (known.length > 0 && named === '' && (needsNamed || anonymousId === '')) {
    throw new Refused('identifier_missing', known.join(', '))
  }
  return { named, anonymousId }
}

function eventOf({ event }: Plan, row: PlainRow): string | undefined {
  if (event === undefined) return undefined
  if ('name' in event) return event.name
  const cell = row(event.column)
  const name = cell === null ? '' : plainText(cell)
  if (name === '') throw new Refused('event_missing', event.column)
  if (!event.allow.includes(name)) throw new Refused('event_not_allowed', event.column)
  return name
}

function checkAt(column: string, row: PlainRow): Reason | undefined {
  const cell = row(column)
  if (cell === null) return 'time_missing'
  try {
    plainText(cell)
    return undefined
  } catch {
    return 'time_out_of_range'
  }
}

function nanosOf(cell: Cell): bigint {
  return typeof cell === 'object' && cell !== null && 'nanos' in cell ? cell.nanos : 0n
}

/** What becomes of attributes that are too long. */
interface Long {
  readonly policy: LimitPolicy
  readonly onLong: OnLong
}

function objectJson(members: readonly Member[], row: PlainRow, long: Long): string {
  return `{${membersJson(members, row, long).join(',')}}`
}

function membersJson(members: readonly Member[], row: PlainRow, long: Long): string[] {
  return members.flatMap((member) => {
    const json = memberJson(member, row, long)
    if (json === undefined) return []
    return [
      `${JSON.stringify(member.name)}:${member.isAttribute ? attributeJson(member, json, long) : json}`,
    ]
  })
}

/** The member's value as JSON; undefined when it is left out. */
function memberJson({ value }: Member, row: PlainRow, long: Long): string | undefined {
  if (value.kind === 'constant') return JSON.stringify(value.value)
  if (value.kind === 'column') return columnJson(value, row(value.column))
  const json = objectJson(value.members, row, long)
  return json === '{}' && value.members.length > 0 ? undefined : json
}

function attributeJson({ field }: Member, json: string, { policy, onLong }: Long): string {
  const value = JSON.parse(json) as Json
  if (attributeBytes(value) <= maxAttributeBytes) return json
  if (policy === 'error' || (policy === 'truncate' && typeof value !== 'string')) {
    throw new Refused('value_too_long', field)
  }
  onLong(field)
  return policy === 'warn' ? json : JSON.stringify(shortened(String(value), maxAttributeBytes))
}

function columnJson(value: ColumnValue, cell: Cell): string | undefined {
  const { column, names, nulls, rule } = value
  if (names !== undefined) return nameJson(column, names.maxBytes, cell)
  const json = sendable(column, () => maskedJson(value, cell))
  if (json !== 'null') {
    if (rule === undefined || misfits(rule, JSON.parse(json) as Json, '', 'pass').length === 0)
      return json
    throw new Refused('value_not_fitting', column)
  }
  if (nulls === 'invalid') throw new Refused('value_missing', column)
  return nulls === 'clear' ? 'null' : undefined
}

function nameJson(column: string, maxBytes: number, cell: Cell): string {
  const text = cell === null ? '' : sendable(column, () => plainText(cell))
  if (text === '') throw new Refused('identifier_missing', column)
  if (Buffer.byteLength(text) > maxBytes) throw new Refused('identifier_too_long', column)
  return JSON.stringify(text)
}

function maskedJson({ as, mask }: ColumnValue, cell: Cell): string {
  if (cell === null || mask === undefined) return plainJson(cell, as)
  if (mask === 'redact') return JSON.stringify(redacted)
  const text = plainText(cell, as)
  const masked = mask === 'sha256' ? text : text.trim().toLowerCase()
  return JSON.stringify(createHash('sha256').update(masked).digest('hex'))
}

function sendable(column: string, json: () => string): string {
  try {
    return json()
  } catch (error) {
    if (error instanceof Unsendable) throw new Refused(error.reason, column)
    throw error
  }
}
