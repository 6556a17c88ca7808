import { isDeepStrictEqual } from 'node:util'
import { applyMessage } from './apply.ts'
import { messageTypeOf } from './calls.ts'
import { semanticChecks } from './check-semantic.ts'
import type { Effect } from './effect.ts'
import type { FailureRecord, IgnoredRecord, JsonObject, MessageRecord, Region } from './words.ts'
import { Workspace } from './workspace.ts'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

const ulid = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/i

/** The way into a workspace: messages in the order of arrival, what each did, and how often each came. */
export class Inbox {
  readonly workspace: Workspace
  readonly ignored: IgnoredRecord[] = []
  readonly failures: FailureRecord[] = []
  readonly messages = new Map<string, Mutable<MessageRecord>>()

  constructor(region: Region) {
    this.workspace = new Workspace(region)
  }

  /** Takes one checked message; `fallbackId` names it when it does not name itself. */
  receive(content: JsonObject, fallbackId: string, at: number): void {
    const type = messageTypeOf(content.type)
    if (type === undefined) return
    const { region } = this.workspace
    const given = content.messageId
    const messageId = typeof given === 'string' && given !== '' ? given : fallbackId
    const known = this.messages.get(messageId)
    const fail = (attribute: string, note: string) => {
      const name = Buffer.from(attribute).subarray(0, 150).toString('utf8')
      this.failures.push({ at, region, messageId, attribute: name, note })
    }
    const effect: Effect = isRepeatedEvent(messageId, content, known)
      ? { fate: 'duplicate', note: 'an event of this id was received before' }
      : applyMessage(this.workspace, { type, messageId, at, content, fail })
    if (effect.fate !== 'applied') this.ignored.push({ at, region, messageId, type, ...effect })
    if (known !== undefined) {
      repeat(known, content, effect, at)
      return
    }
    const base = { region, messageId, type, times: 1, different: 0, content }
    this.messages.set(messageId, { ...base, firstAt: at, lastAt: at, ...effect })
  }
}

function repeat(
  known: Mutable<MessageRecord>,
  content: JsonObject,
  effect: Effect,
  at: number,
): void {
  known.times++
  known.lastAt = at
  if (!isDeepStrictEqual(known.content, content)) known.different++
  if (known.fate === 'ignored' && effect.fate === 'applied') {
    known.fate = 'applied'
    delete known.note
  }
}

function isRepeatedEvent(
  messageId: string,
  content: JsonObject,
  known: MessageRecord | undefined,
): boolean {
  return (
    known?.fate === 'applied' && isEvent(content) && isEvent(known.content) && ulid.test(messageId)
  )
}

/** Events proper: orders to Customer.io that travel as `track` are not deduplicated. */
function isEvent({ type, event }: JsonObject): boolean {
  if (type === 'track') return !semanticChecks.has(String(event).trim())
  return type === 'page' || type === 'screen'
}
