import { count, many, moment } from '../figures.ts'
import type { ExplainedKey, KeyExplanation, Reason } from './explanation.ts'
import type { ExchangeFacts, OutcomeFacts } from './history.ts'

/** What may be shown. */
export interface ExplainLook {
  /** Values of rows, keys and payloads among them. */
  readonly withValues: boolean
}

/** What a person reads of one key. */
export function keyText(explained: KeyExplanation, look: ExplainLook): string[] {
  const { sync, key, source, destinations } = explained
  return [
    look.withValues ? `${sync} ${key}` : sync,
    '',
    ...sourceLines(source),
    ...destinations.flatMap((one) => ['', ...destinationLines(one, look)]),
    ...knownReasons(destinations, look),
  ]
}

const labelWidth = 9

/** A line behind its name; the lines after it stand below its text. */
export function labelled(label: string, [first = '', ...more]: readonly string[]): string[] {
  return [
    `  ${label.padEnd(labelWidth)}${first}`,
    ...more.map((line) => ' '.repeat(labelWidth + 2) + line),
  ]
}

function sourceLines({ table, version, committedAt, rows, change }: KeyExplanation['source']) {
  const where =
    version === undefined || committedAt === undefined
      ? `${table ?? 'the query'}, as it is now`
      : `${table}, version ${version} of ${moment(committedAt)}`
  return [
    ...labelled('source', [where]),
    ...labelled('row', [rows === 0 ? 'no row has this key' : `${many(rows, 'row')} with this key`]),
    ...labelled('change', [changeText(change)]),
  ]
}

function changeText(change: KeyExplanation['source']['change']): string {
  switch (change.kind) {
    case 'changed':
      return `${change.change} in version ${change.version} of ${moment(change.committedAt)}${
        change.isRebuild ? ', when the whole table was written anew' : ''
      }`
    case 'none':
      return `none since version ${change.since}`
    case 'unknown':
      return `not known: ${change.because}`
    default:
      return change satisfies never
  }
}

function destinationLines(one: ExplainedKey, look: ExplainLook): string[] {
  const { now, outcomes } = one
  const message = now?.fate?.message
  const shown = outcomes.slice(0, shownOutcomes)
  const more = outcomes.length - shown.length
  return [
    `→ ${one.destination}`,
    ...labelled('next run', [`would ${one.next}`.replace('would nothing', 'nothing')]),
    ...labelled('ledger', [ledgerText(one)]),
    ...labelled('outcomes', [
      ...(shown.length === 0 ? ['none'] : shown.flatMap((outcome) => outcomeLines(outcome))),
      ...(more > 0 ? [`and ${count(more)} older`] : []),
    ]),
    ...(message === undefined || !look.withValues
      ? []
      : labelled('message', JSON.stringify(message, null, 2).split('\n'))),
  ]
}

const shownOutcomes = 10

function ledgerText({ ledger, isOlderMapping, now }: ExplainedKey): string {
  if (ledger === undefined) return 'nothing is known of the key'
  const { status, call, reason, decidedAt, windowId } = ledger
  const isHere = now?.fate !== undefined && !now.fate.isGone
  return [
    `${status}${reason === undefined ? '' : ` (${reason})`} ${call ?? ''}`.trimEnd(),
    moment(decidedAt),
    `window ${windowId}`,
    ...(now === undefined
      ? []
      : [isOlderMapping ? 'under an older mapping' : 'under the mapping of today']),
    ...(isHere ? [now.fate.isEqual ? 'the row is equal to it' : 'the row is not equal to it'] : []),
  ].join(', ')
}

/** One message: what became of it, and below it the exchanges of its batch. */
export function outcomeLines(outcome: OutcomeFacts, who = ''): string[] {
  const { status, call, reason, text, windowId, sentAt, batch, attempt, sends, exchanges } = outcome
  const why = reason === undefined ? '' : `: ${reason}${text === undefined ? '' : `, ${text}`}`
  const travel =
    batch === undefined
      ? 'never sent'
      : `batch ${batch}, sent ${sends === 1 ? 'once' : `${sends} times`}`
  return [
    `${moment(sentAt)}  ${who}${call} ${status}${why}`,
    `  window ${windowId}, attempt ${attempt}, ${travel}`,
    ...exchanges.map((one) => `  ${exchangeText(one)}`),
  ]
}

function exchangeText({ status, reason, durationMs, waitMs, messages, answer }: ExchangeFacts) {
  const what = status === undefined ? `no answer (${reason ?? 'unknown'})` : `HTTP ${status}`
  const waited = waitMs === 0 ? '' : ` after ${count(waitMs)} ms for a permit`
  const words = answer === undefined ? '' : `: ${answer}`
  return `${what} in ${count(durationMs)} ms${waited}, ${many(messages, 'message')}${words}`
}

/** The reasons that apply, each once, with the destinations it applies to where there are several. */
export function knownReasons(keys: readonly ExplainedKey[], look: ExplainLook): string[] {
  const lines = new Map<string, Set<string>>()
  const all = keys.flatMap((one) => one.reasons.map((reason) => ({ reason, to: one.destination })))
  for (const { reason, to } of all.filter((one) => mayShow(one.reason, look))) {
    lines.set(reason.text, (lines.get(reason.text) ?? new Set()).add(to))
  }
  const destinations = new Set(keys.map(({ destination }) => destination))
  const hidden = all.some(({ reason }) => !mayShow(reason, look))
  const texts = [...lines].map(([text, to]) =>
    destinations.size > 1 && to.size < destinations.size ? `${[...to].join(', ')}: ${text}` : text,
  )
  if (texts.length === 0 && !hidden) return []
  return [
    '',
    'Known reasons why a message may not have come:',
    ...texts.map((text) => `  - ${text}`),
    ...(hidden ? ['  - and what the row itself says; --values shows it'] : []),
  ]
}

/** True for a reason that does not tell what stands in a row, where values are hidden. */
export function mayShow({ tellsValue }: Reason, { withValues }: ExplainLook): boolean {
  return withValues || tellsValue !== true
}
