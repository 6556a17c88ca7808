import type { Json } from '../../core/index.ts'
import { limits } from '../../customerio/index.ts'
import { count, moment } from '../figures.ts'
import { whoLimits } from '../limit-text.ts'
import type { KeyFacts, Reason, Rules } from './explanation.ts'
import { isAct } from './verdict.ts'

/**
 * The known reasons why a person may not have got a message, as far as they apply to this key: each follows from a fact
 * of its row, its ledger, its outcomes or what stands before the next run. Source of what Customer.io does: its
 * Pipelines and Track API references, 2026-09.
 */
export function reasonsFor(facts: KeyFacts, rules: Rules, now: number): Reason[] {
  return [
    ...standingReasons(facts),
    ...limitReasons(facts),
    ...sourceReasons(facts, rules),
    ...takenAwayReasons(facts),
    ...ledgerReasons(facts, rules),
    ...messageReasons(facts),
    ...ageReasons(facts, now),
    ...deliveredReasons(facts),
  ]
}

function standingReasons({ standing, sync, failure, outcomes }: KeyFacts): Reason[] {
  const { hold, open, runBy, isSetUp } = standing
  const isDecided = outcomes.some(
    ({ windowId, status }) => windowId === open?.windowId && status !== 'undelivered',
  )
  return [
    ...(isSetUp ? [] : [reason('not_set_up', 'nothing runs before "customerio-jobs setup"')]),
    ...(hold === undefined
      ? []
      : [
          reason(
            'held',
            `${hold.sync ?? 'every sync'} is held since ${moment(hold.heldAt)}: nothing goes before "customerio-jobs release ${hold.sync ?? '--all'}"`,
          ),
        ]),
    ...(runBy === undefined ? [] : [reason('running', `a run of ${sync} is at work now`)]),
    ...(open === undefined || open.left === 0
      ? []
      : [
          reason(
            'open_window',
            `window ${open.windowId} is open with ${open.left} rows left${
              isDecided ? ', this key is not among them' : '; this key may be one of them'
            }: the next run finishes that one first, by the rows of its time`,
          ),
        ]),
    ...(failure === undefined
      ? []
      : [reason('run_fails', `a run stops before it sends anything: ${failure.message}`)]),
  ]
}

/** Which rows wait is known only when all are looked at: it may be this one. */
function limitReasons({ allowance, now, sync }: KeyFacts): Reason[] {
  if (allowance === undefined || now?.fate?.isLookedAt !== true || !isAct(now.fate)) return []
  const { rows, by } = allowance
  const text = `a run sends ${count(rows)} rows at most, ${whoLimits(sync, by)}: this one may wait for a later run`
  return [reason('limited', text)]
}

function sourceReasons({ now, destination, sync }: KeyFacts, { send }: Rules): Reason[] {
  const routes = now?.routes ?? []
  const rows = routes.reduce((sum, route) => sum + route.rows, 0)
  const elsewhere = routes.filter((route) => route.destination !== destination)
  const here = routes.find((route) => route.destination === destination)
  return [
    ...(rows > 1
      ? [reason('duplicate_key', `${rows} rows have this key: none of them is sent`)]
      : []),
    ...(here?.reject === 'no_route'
      ? [
          reason(
            'no_route',
            'no route of `to.routes` matches the row, and `else: invalid` refuses it',
          ),
        ]
      : []),
    ...(elsewhere.length > 0 && here === undefined
      ? [
          reason(
            'routed_elsewhere',
            `the row goes to ${elsewhere.map((route) => route.destination).join(' and ')}${
              send.to.kind === 'by' ? ` by its ${send.to.column}` : ''
            }`,
          ),
        ]
      : []),
    ...(now?.fate?.isLookedAt === false && isAct(now.fate)
      ? [
          reason(
            'not_looked_at',
            `the next run does not look at it; "customerio-jobs backfill ${sync}" does`,
          ),
        ]
      : []),
    ...(now?.fate?.invalid === undefined
      ? []
      : [
          reason(now.fate.invalid.reason, `no message can be made of it: ${now.fate.invalid.text}`),
        ]),
  ]
}

function takenAwayReasons({ takenAway }: KeyFacts): Reason[] {
  return takenAway.map(({ sync, call, at }) =>
    call === 'suppress' || call === 'person_suppress'
      ? reason(
          'suppressed',
          `${sync} suppressed the person on ${moment(at)}: Customer.io drops whatever comes for them, without a word`,
        )
      : reason(
          call === 'clear' ? 'cleared' : 'deleted',
          call !== 'clear'
            ? `${sync} deleted the person on ${moment(at)}: what was there before is gone, and only later messages make them anew`
            : `${sync} took away its traits on ${moment(at)}`,
        ),
  )
}

function ledgerReasons({ ledger, now, isOlderMapping, sync }: KeyFacts, rules: Rules): Reason[] {
  if (ledger === undefined) return []
  const refused = ledger.status === 'rejected' || ledger.status === 'invalid'
  const code = ledger.reason === undefined ? '' : ` (${ledger.reason})`
  const isHeld = now?.fate?.class === 'held'
  return [
    ...(refused && isHeld
      ? [
          reason(
            'refused_before',
            `the same payload was refused on ${moment(ledger.decidedAt)}${code}: it goes when the row or the mapping changes, or by "customerio-jobs replay ${sync}"`,
          ),
        ]
      : []),
    ...(ledger.status === 'undelivered'
      ? [
          reason(
            ledger.reason === 'after_undelivered' ? 'after_undelivered' : 'given_up',
            ledger.reason === 'after_undelivered'
              ? 'an earlier message of the same person was not delivered, and this one waits behind it'
              : `it was given up on ${moment(ledger.decidedAt)}${code}; runs try again for 7 days`,
          ),
        ]
      : []),
    ...(ledger.status === 'adopted'
      ? [reason('adopted', 'it was taken over as known, and never sent by this sync since')]
      : []),
    ...(isOlderMapping && now?.fate?.class === 'unchanged' && rules.send.call === 'identify'
      ? [
          reason(
            'older_mapping',
            `it went out under an older mapping; under today's it goes when the row changes, or by "customerio-jobs backfill ${sync}"`,
          ),
        ]
      : []),
  ]
}

function messageReasons({ now }: KeyFacts): Reason[] {
  const { type, userId, traits } = membersOf(now?.fate?.message)
  const { unsubscribed } = membersOf(traits)
  return [
    ...(type === 'identify' && userId === undefined
      ? [reason('anonymous_identify', 'Customer.io ignores an identify call without a userId')]
      : []),
    ...(type === 'track' && userId === undefined
      ? [
          reason(
            'anonymous_event',
            'the event has no userId: it counts for a person only when that anonymousId is identified within 30 days',
          ),
        ]
      : []),
    ...(/^(true|1)$/i.test(String(unsubscribed))
      ? [
          {
            ...reason(
              'unsubscribed',
              'the row says unsubscribed: that stops e-mail, SMS, WhatsApp and push, but not in-app messages',
            ),
            tellsValue: true as const,
          },
        ]
      : []),
  ]
}

function ageReasons({ now, ledger, outcomes }: KeyFacts, clock: number): Reason[] {
  const at = now?.fate?.at
  const { type } = membersOf(now?.fate?.message)
  if (at === undefined || type !== 'track') return []
  const sent = outcomes.find(({ status }) => status === 'delivered')?.sentAt ?? ledger?.deliveredAt
  const isOld = (sent?.getTime() ?? clock) - at > limits.campaignAgeMs
  if (!isOld) return []
  return [
    reason(
      'older_than_72h',
      `the event ${sent === undefined ? 'is' : 'was'} more than 72 h old ${sent === undefined ? 'now' : 'when it was sent'}: it is in the person's history, but starts no campaign`,
    ),
  ]
}

/** Said once, where the last message got through: what we can't see any more. */
function deliveredReasons({ outcomes, ledger }: KeyFacts): Reason[] {
  const isDelivered = (outcomes[0]?.status ?? ledger?.status) === 'delivered'
  return isDelivered
    ? [
        reason(
          'accepted',
          'delivered means accepted: Customer.io applies it later, and drops without a word what it has a reason to, such as an e-mail that another profile has; its activity log tells',
        ),
      ]
    : []
}

function reason(code: string, text: string): Reason {
  return { code, text }
}

function membersOf(value: Json | undefined): Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, Json>>)
    : {}
}
