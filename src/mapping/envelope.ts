import type { Data } from 'apache-arrow'
import { Interner } from './interner.ts'
import { maxIdentifierBytes } from './limits.ts'
import { bindNull } from './nulls.ts'
import { Out } from './out.ts'
import type { Plan } from './plan.ts'
import { type Refusal, refuse } from './reasons.ts'
import { bindText } from './scalars.ts'
import { writeBytes } from './texts.ts'
import { bindMoment, type Moment } from './times.ts'
import { wires } from './wire.ts'

/** One batch's columns and rows, for what stands around the payload. */
export interface Source {
  readonly column: (name: string) => Data
  readonly from: number
  readonly to: number
}

/** Appends a row's text; false, and nothing appended, when it is NULL. */
export type AppendText = (row: number) => boolean

/** An {@link AppendText} of a column into `out`. */
export function bindAppend(data: Data, out: Out, { from, to }: Source): AppendText {
  const isNull = bindNull(data)
  const write = bindText(data, { out, from, to })
  return (row) => {
    if (isNull?.(row)) return false
    write(row)
    return true
  }
}

/** Whom, or what, a row is about. */
export interface Subject {
  /** Appends the identity to `identities` and the anonymous id to {@link anonymous}, or refuses. */
  readonly read: (row: number) => Refusal | undefined
  /** The row's anonymous id; empty when it has none. */
  readonly anonymous: Out
  /** True when the identity last read is a userId or groupId, false when only an anonymous id is there. */
  isKnown: boolean
}

/** A reader of the columns that say whom a message is about. Most calls need a userId; an event is content with less. */
export function bindSubject(plan: Plan, source: Source, identities: Out): Subject {
  const { anonymousId, call } = plan
  const named = plan.userId ?? plan.groupId
  const needsNamed = wires[call].needsUser === true || plan.groupId !== undefined
  const isAboutNobody = named === undefined && anonymousId === undefined
  const anonymous = new Out(256)
  const appendNamed =
    named === undefined ? undefined : bindAppend(source.column(named), identities, source)
  const appendAnonymous =
    anonymousId === undefined
      ? undefined
      : bindAppend(source.column(anonymousId), anonymous, source)
  const missing = refuse('identifier_missing', [named, anonymousId].filter(Boolean).join(', '))
  const subject: Subject = {
    anonymous,
    isKnown: false,
    read(row) {
      const start = identities.at
      anonymous.at = 0
      appendNamed?.(row)
      appendAnonymous?.(row)
      subject.isKnown = identities.at > start
      if (identities.at - start > maxIdentifierBytes)
        return refuse('identifier_too_long', named ?? '')
      if (anonymous.at > maxIdentifierBytes) return refuse('identifier_too_long', anonymousId ?? '')
      if (subject.isKnown || isAboutNobody) return undefined
      if (needsNamed || anonymous.at === 0) return missing
      writeBytes(identities, anonymous.bytes, 0, anonymous.at)
      return undefined
    },
  }
  return subject
}

/** Appends the row's event name to `events`, or refuses. */
export function bindEvent(
  event: { readonly column: string; readonly allow: readonly string[] },
  source: Source,
  events: Out,
): (row: number) => Refusal | undefined {
  const append = bindAppend(source.column(event.column), events, source)
  const allowed = new Interner(event.allow.length)
  for (const bytes of event.allow.map((name) => Buffer.from(name))) {
    allowed.indexOf(bytes, 0, bytes.length)
  }
  return (row) => {
    const start = events.at
    if (!append(row) || events.at === start) return refuse('event_missing', event.column)
    const index = allowed.indexOf(events.bytes, start, events.at)
    return index < event.allow.length ? undefined : refuse('event_not_allowed', event.column)
  }
}

/** Reads the row's time into `moment`, or refuses. */
export function bindAt(
  column: string,
  source: Source,
  moment: Moment,
): (row: number) => Refusal | undefined {
  const data = source.column(column)
  const isNull = bindNull(data)
  const read = bindMoment(data, moment)
  return (row) => {
    if (isNull?.(row)) return refuse('time_missing', column)
    return read(row) ? undefined : refuse('time_out_of_range', column)
  }
}
