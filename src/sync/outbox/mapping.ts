import { createHash } from 'node:crypto'
import type { RecordBatch } from 'apache-arrow'
import {
  blockOf,
  type Entry,
  type InvalidRow,
  isIrreversible,
  type MessageBlock,
  messageId,
  textColumn,
} from '../../core/index.ts'
import {
  checkMessage,
  checkProperties,
  eventRules,
  identityOf,
  type Message,
} from '../../customerio/index.ts'
import type { CompileOptions, Mapping } from '../../mapping/index.ts'
import { hashColumn, keyColumn, rejectColumn } from '../../source/index.ts'
import { isCall, messageOf, type Refusal, type Row, type Rules } from './request.ts'

const text = '{"call":"outbox"}'

/**
 * The mapping of the built-in sync `outbox`: every row says itself what becomes of it. Rows go one after the other, in the
 * order they were asked for, because any of them may merge people.
 */
export function outboxMapping(
  rules: Rules,
  options: Pick<CompileOptions, 'idSecret' | 'window'>,
): Mapping {
  return {
    columns: ['call', 'payload', 'person', 'requested_at'],
    hashColumns: ['call', 'payload', 'person'],
    traits: [],
    fields: [
      { column: 'person', field: 'userId' },
      { column: 'payload', field: '(the rest)' },
    ],
    oneMessagePerIdentity: false,
    inOrder: true,
    warnings: [],
    text,
    hash: createHash('sha256').update(text).digest('hex'),
    encode: (batch, from = 0, to = batch.numRows) => encode(batch, from, to, rules, options),
  }
}

interface Made extends Entry {
  readonly call: string
  readonly event: string
  readonly hash: string
}

function encode(
  batch: RecordBatch,
  from: number,
  to: number,
  rules: Rules,
  { idSecret, window }: Pick<CompileOptions, 'idSecret' | 'window'>,
): MessageBlock {
  const texts = (name: string) => {
    const column = batch.getChild(name)
    return (i: number) => String(column?.get(i) ?? '')
  }
  const [key, reject, hash] = [texts(keyColumn), texts(rejectColumn), texts(hashColumn)]
  const [call, person, payload] = [texts('call'), texts('person'), texts('payload')]
  const times = batch.getChild('requested_at')
  const made: Made[] = []
  const invalid: InvalidRow[] = []
  for (let i = from; i < to; i++) {
    // Timestamps of a vector are milliseconds, whatever their unit.
    const time = times?.get(i) as number | null
    const atMs = time ?? window.openedAt
    const id = messageId(idSecret, atMs, 'event', 'outbox', key(i))
    const row: Row = {
      call: call(i),
      person: person(i),
      payload: payload(i),
      ...(time !== null && { requestedAt: new Date(time).toISOString() }),
    }
    const message = reject(i) === '' ? messageFor(row, id, rules) : noRoute
    if ('reason' in message) {
      const { reason, text } = message
      invalid.push({ key: key(i), id, ...(hash(i) !== '' && { hash: hash(i) }), reason, text })
      continue
    }
    made.push({
      json: JSON.stringify(message),
      key: key(i),
      id,
      identity: identityOf(message),
      call: row.call,
      event: 'event' in message ? message.event : '',
      hash: hash(i),
    })
  }
  return {
    ...blockOf(made),
    calls: textColumn(made.map(({ call }) => call)),
    events: textColumn(made.map(({ event }) => event)),
    hashes: textColumn(made.map(({ hash }) => hash)),
    partitions: [''],
    invalid,
  }
}

const noRoute: Refusal = {
  reason: 'no_route',
  text: 'destination names none of customerio.yml, or is NULL where there are several',
}

function messageFor(row: Row, id: string, rules: Rules): Message | Refusal {
  const message = messageOf(row, id, rules)
  if ('reason' in message) return message
  if (isCall(row.call) && isIrreversible(row.call as never) && !rules.irreversible) {
    return {
      reason: 'irreversible',
      text: `${row.call} can't be taken back: customerio.yml lets it through with outbox: { irreversible: accepted }`,
    }
  }
  if (message.type === 'track' && row.call === 'track') {
    const rule = eventRules.get(message.event.trim())
    if (rule?.call !== undefined || rule?.isReserved) {
      return {
        reason: 'payload_invalid',
        text: `Customer.io acts on this event: use ${rule.call === undefined ? 'another name' : `the call ${rule.call}`}`,
      }
    }
    const misfits =
      rule === undefined ? [] : checkProperties(rule, message.properties ?? {}, 'pass')
    if (misfits.length > 0) return { reason: 'value_not_fitting', text: misfits.join('; ') }
  }
  const problems = checkMessage(message)
  return problems.length === 0
    ? message
    : { reason: 'payload_invalid', text: problems.slice(0, 5).join('; ') }
}
