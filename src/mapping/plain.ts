import { createHash } from 'node:crypto'
import { maxIdentifierBytes, redacted } from './limits.ts'
import { type Cell, modulo } from './plain-cell.ts'
import { isoText, plainJson, plainText, Unsendable } from './plain-json.ts'
import type { ColumnValue, Member, Plan } from './plan.ts'
import { type Reason, type Refusal, refuse } from './reasons.ts'

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
export function plainMessage(plan: Plan, row: PlainRow, messageId: string): PlainMessage | Refusal {
  try {
    return messageOf(plan, row, messageId)
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

function messageOf(plan: Plan, row: PlainRow, messageId: string): PlainMessage {
  const { userId, anonymousId } = identifiers(plan, row)
  const event = eventOf(plan, row)
  const refusal = plan.at === undefined ? undefined : checkAt(plan.at, row)
  if (refusal !== undefined && plan.at !== undefined) throw new Refused(refusal, plan.at)
  const parts = [
    `"type":${JSON.stringify(plan.call)}`,
    `"messageId":${JSON.stringify(messageId)}`,
    ...(userId === '' ? [] : [`"userId":${JSON.stringify(userId)}`]),
    ...(anonymousId === '' ? [] : [`"anonymousId":${JSON.stringify(anonymousId)}`]),
    ...(event === undefined ? [] : [`"event":${JSON.stringify(event)}`]),
    ...(plan.at === undefined ? [] : [`"timestamp":"${isoText(nanosOf(row(plan.at)))}"`]),
    `"${plan.body}":${objectJson(plan.members, row)}`,
    ...(plan.context === undefined ? [] : [`"context":${objectJson(plan.context, row)}`]),
    ...(plan.integrations === undefined
      ? []
      : [`"integrations":${JSON.stringify(plan.integrations)}`]),
  ]
  return {
    json: `{${parts.join(',')}}`,
    identity: userId === '' ? anonymousId : userId,
    ...(event !== undefined && { event }),
  }
}

function identifiers(plan: Plan, row: PlainRow): { userId: string; anonymousId: string } {
  const [userId, anonymousId] = [plan.userId, plan.anonymousId].map((column) => {
    const cell = column === undefined ? null : row(column)
    const text = cell === null ? '' : plainText(cell)
    if (column !== undefined && Buffer.byteLength(text) > maxIdentifierBytes) {
      throw new Refused('identifier_too_long', column)
    }
    return text
  }) as [string, string]
  if (userId === '' && (plan.call === 'identify' || anonymousId === '')) {
    const columns = [plan.userId, plan.anonymousId].filter((column) => column !== undefined)
    throw new Refused('identifier_missing', columns.join(', '))
  }
  return { userId, anonymousId }
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

function objectJson(members: readonly Member[], row: PlainRow): string {
  const parts = members.flatMap((member) => {
    const json = memberJson(member, row)
    return json === undefined ? [] : [`${JSON.stringify(member.name)}:${json}`]
  })
  return `{${parts.join(',')}}`
}

/** The member's value as JSON; undefined when it is left out. */
function memberJson({ value }: Member, row: PlainRow): string | undefined {
  if (value.kind === 'constant') return JSON.stringify(value.value)
  if (value.kind === 'column') return columnJson(value, row(value.column))
  const json = objectJson(value.members, row)
  return json === '{}' && value.members.length > 0 ? undefined : json
}

function columnJson(value: ColumnValue, cell: Cell): string | undefined {
  const json = sendable(value.column, () => maskedJson(value, cell))
  if (json !== 'null') return json
  if (value.nulls === 'invalid') throw new Refused('value_missing', value.column)
  return value.nulls === 'clear' ? 'null' : undefined
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
