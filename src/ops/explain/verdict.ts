import { deletionCalls, isEvent } from '../../source/index.ts'
import type { KeyFacts, Rules } from './explanation.ts'
import type { Fate } from './key-facts.ts'

/** What the next run would do with a key, and why, in a sentence. */
export function verdict(facts: KeyFacts, rules: Rules): string {
  if (facts.failure !== undefined) return `a run would fail (${facts.failure.code})`
  const fate = facts.now?.fate
  if (fate === undefined) return withoutFate(facts, rules)
  const text = fate.isGone ? goneText(fate, facts, rules) : hereText(fate, facts, rules)
  if (fate.isLookedAt || !isAct(fate)) return text
  return `nothing: the next run does not look at it (${whereText(rules)}); one that does would ${text}`
}

/** True where something would be done at Customer.io, or stopped: elsewhere it makes no difference who looks. */
export function isAct(fate: Fate): boolean {
  return fate.class === 'send' || fate.class === 'delete' || fate.class === 'moved'
}

function whereText({ source: { changes } }: Rules): string {
  return changes.kind === 'cursor'
    ? `its ${changes.column} lies before where that goes on`
    : 'no change of it since the last run'
}

function withoutFate({ now, ledger, destination }: KeyFacts, rules: Rules): string {
  const elsewhere = [
    ...new Set(now?.routes.map((route) => route.destination).filter((to) => to !== destination)),
  ]
  if (elsewhere.length > 0) return `nothing: the row goes to ${elsewhere.join(' and ')}`
  if (ledger === undefined) return 'nothing: no row has this key, and nothing of it was ever sent'
  if (isDeletion(ledger.call)) return 'nothing: it was taken away, and no row has the key'
  if (isEvent({ sync: rules }))
    return 'nothing: no row has this key now, and an event is not taken back'
  return 'nothing: no row has this key now'
}

function hereText(fate: Fate, facts: KeyFacts, rules: Rules): string {
  switch (fate.class) {
    case 'send':
      return fate.invalid === undefined
        ? `send it: ${whySend(fate, facts, rules)}`
        : `count it as invalid: ${fate.invalid.text} (${fate.invalid.reason})`
    case 'unchanged':
      return `leave it as it is: ${whyUnchanged(facts, rules)}`
    case 'held':
      return `hold it back: ${fate.isErased ? 'its person was erased' : whyHeld(facts)}`
    case 'duplicate_key':
      return 'count it as invalid: several rows have this key (duplicate_key)'
    case 'null_key':
      return 'count it as invalid: the row has no key (null_key)'
    default:
      return fate.class
  }
}

function whySend({ isEqual }: Fate, { ledger, isOlderMapping }: KeyFacts, rules: Rules): string {
  if (ledger === undefined) return 'the key is new'
  if (isDeletion(ledger.call)) return 'the row is back after its deletion'
  switch (ledger.status) {
    case 'undelivered':
      return 'it was given up lately, and is tried again'
    case 'rejected':
    case 'invalid':
      return isOlderMapping && isEqual
        ? 'it was refused, but under an older mapping'
        : 'it was refused, but the row is another one now'
    default:
      return isEqual && rules.source.changes.kind === 'full'
        ? 'changes: full sends every row each time'
        : 'it differs from what was sent last'
  }
}

function whyUnchanged({ ledger }: KeyFacts, rules: Rules): string {
  if (ledger === undefined) {
    return rules.source.start === 'now'
      ? 'start: now takes what is there at the first run as known'
      : 'the event lies before `start`'
  }
  if (ledger.status === 'adopted') return 'it was taken over as known without being sent'
  return isEvent({ sync: rules })
    ? 'an event goes once, and this one was delivered'
    : 'it is equal to what was delivered'
}

function whyHeld({ ledger }: KeyFacts): string {
  if (ledger?.call === 'suppress') return 'its person is suppressed'
  if (ledger?.status === 'undelivered')
    return 'it was given up more than 7 days ago and is still the same'
  return `the same payload was refused already${ledger?.reason === undefined ? '' : ` (${ledger.reason})`}`
}

function goneText(fate: Fate, facts: KeyFacts, rules: Rules): string {
  switch (fate.class) {
    case 'delete':
      return `${deletionWords(rules)}: no row of this destination has the key any more`
    case 'moved':
      return 'stop before it sends anything: the key goes to another destination now, and `moved: stop` says so'
    case 'held':
      if (fate.isErased) return 'hold it back: its person was erased'
      return 'hold it back: the same deletion was refused or given up already'
    default:
      return `leave what was sent where it is: ${whyIgnored(facts, rules)}`
  }
}

function deletionWords({ onDelete }: Rules): string {
  switch (onDelete) {
    case 'clear':
      return 'take away the traits this sync has set'
    case 'suppress':
      return 'suppress the person'
    default:
      return 'delete what it was about'
  }
}

function whyIgnored({ ledger, now }: KeyFacts, { onDelete, send }: Rules): string {
  if (ledger?.deliveredAt === undefined && ledger?.status !== 'undelivered')
    return 'nothing of the key was ever delivered'
  if (ledger.identity === undefined) return 'nobody wrote down whom it was about'
  const isElsewhere = (now?.routes.length ?? 0) > 0
  if (isElsewhere && send.to.kind === 'by' && send.to.moved === 'keep_both')
    return 'the row goes elsewhere now, and `moved: keep_both` keeps both'
  return onDelete === 'ignore'
    ? 'the key is gone, and `on_delete: ignore` says so'
    : 'the key is gone, but another row is about the same person'
}

/** True for calls that take away what a sync has put there. */
export function isDeletion(call: string | undefined): boolean {
  return deletionCalls.some((one) => one === call)
}
