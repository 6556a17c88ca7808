import { messageIdBytes } from '../core/index.ts'
import type { Subject } from './envelope.ts'
import { close } from './json.ts'
import { type Batch, bindMembers } from './members.ts'
import { literal, type Out, writeLiteral } from './out.ts'
import type { Plan } from './plan.ts'
import type { Refusal } from './reasons.ts'
import { copyWords, viewOf, writeQuoted } from './texts.ts'
import { type Moment, writeIso } from './times.ts'
import { wires } from './wire.ts'

/** What was read of a row before its message is written. */
export interface Envelope {
  readonly subject: Subject
  readonly identities: Out
  readonly events: Out
  readonly moment: Moment
  readonly ids: Uint8Array
}

/** Writes the whole message of a row, whose envelope stands at these places, or refuses the row. */
export type WriteBody = (
  row: number,
  identityStart: number,
  eventStart: number,
  idStart: number,
) => Refusal | undefined

/** A writer of whole messages. */
export function bindBody(plan: Plan, batch: Batch, envelope: Envelope): WriteBody {
  const { out } = batch
  const { subject, identities, events, moment, ids } = envelope
  const head = literal(`{"type":"${wires[plan.call].type}","messageId":"`)
  const named = literal(`","${plan.groupId === undefined ? 'userId' : 'groupId'}":`)
  const onlyAnonymous = literal('","anonymousId":')
  const alsoAnonymous = literal(',"anonymousId":')
  const eventName = literal(',"event":')
  const constantEvent =
    plan.event !== undefined && 'name' in plan.event
      ? literal(`,"event":${JSON.stringify(plan.event.name)}`)
      : undefined
  const fromColumn = plan.event !== undefined && 'column' in plan.event
  const beside = plan.beside && bindMembers(plan.beside, batch)
  const time = literal(',"timestamp":"')
  const payload = plan.body === undefined ? undefined : literal(`,"${plan.body}":{`)
  const idView = viewOf(ids)
  const members = bindMembers(plan.members, batch)
  const context = plan.context && bindMembers(plan.context, batch)
  const openContext = literal(',"context":{')
  const tail = literal(
    plan.integrations === undefined ? '}' : `,"integrations":${JSON.stringify(plan.integrations)}}`,
  )

  return (row, identityStart, eventStart, idStart) => {
    writeLiteral(out, head)
    out.reserve(messageIdBytes)
    copyWords(out.view, out.at, idView, idStart, messageIdBytes)
    out.at += messageIdBytes
    const { anonymous, isKnown } = subject
    if (identities.at === identityStart) out.push(0x22)
    else {
      writeLiteral(out, isKnown ? named : onlyAnonymous)
      writeQuoted(out, identities.view, identityStart, identities.at)
    }
    if (isKnown && anonymous.at > 0) {
      writeLiteral(out, alsoAnonymous)
      writeQuoted(out, anonymous.view, 0, anonymous.at)
    }
    if (constantEvent !== undefined) writeLiteral(out, constantEvent)
    else if (fromColumn) {
      writeLiteral(out, eventName)
      writeQuoted(out, events.view, eventStart, events.at)
    }
    if (beside !== undefined) {
      out.push(0x2c)
      const refusal = beside(row)
      if (refusal !== undefined) return refusal
      // The last member's comma, or the one before the first where all were left out.
      out.at--
    }
    if (plan.at !== undefined) {
      writeLiteral(out, time)
      writeIso(out, moment)
      out.push(0x22)
    }
    if (payload !== undefined) {
      writeLiteral(out, payload)
      const refusal = members(row)
      if (refusal !== undefined) return refusal
      close(out, 0x7d)
    }
    if (context !== undefined) {
      writeLiteral(out, openContext)
      const refused = context(row)
      if (refused !== undefined) return refused
      close(out, 0x7d)
    }
    writeLiteral(out, tail)
    return undefined
  }
}
