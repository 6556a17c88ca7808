import { many } from '../figures.ts'
import type { PersonExplanation, PersonInSync } from './explain-person.ts'
import type { ExplainedKey } from './explanation.ts'
import { type ExplainLook, knownReasons, labelled, outcomeLines } from './key-text.ts'

/** What a person reads of a person. */
export function personText(explained: PersonExplanation, look: ExplainLook): string[] {
  const { values, hasOtherCase, syncs, timeline } = explained
  const [asked = '', ...others] = values
  return [
    look.withValues ? `person ${asked}` : 'the person',
    ...(others.length === 0
      ? []
      : labelled('also', [
          look.withValues
            ? others.join(', ')
            : `known by ${many(others.length, 'other id or address', 'other ids or addresses')}`,
        ])),
    ...(hasOtherCase
      ? labelled('case', [
          'rows write the e-mail address in other letters; that is the same person',
        ])
      : []),
    ...(explained.sharedBy === undefined
      ? []
      : labelled('conflict', [
          `rows give this e-mail address to ${explained.sharedBy} people, and Customer.io lets one person have it:`,
          'the first to arrive keeps it; for the others it is accepted with 200 and not set, which shows only',
          'in the activity log of the workspace as "Attribute Update Failure". Merge them (call: alias), or send the',
          'address with one of them only',
        ])),
    ...(syncs.length === 0 && timeline.length === 0
      ? ['', 'Nothing is known: no row of any sync, no key and no outcome is about this person.']
      : []),
    ...syncs.flatMap((one) => ['', ...syncLines(one, look)]),
    ...(timeline.length === 0
      ? []
      : [
          '',
          `The newest ${many(timeline.length, 'outcome')}, newest first:`,
          ...timeline.flatMap((outcome) =>
            outcomeLines(outcome, `${outcome.sync} → ${outcome.destination} `).map(
              (line) => `  ${line}`,
            ),
          ),
        ]),
    ...knownReasons(
      syncs.flatMap(({ keys }) => keys),
      look,
    ),
  ]
}

function syncLines(one: PersonInSync, look: ExplainLook): string[] {
  const { sync, destination, rows, hasMoreRows, known, keys, more, failure } = one
  return [
    `${sync} → ${destination}: ${many(rows, 'row')}${hasMoreRows ? ' and more' : ''} now, ${many(known, 'key')} in the ledger`,
    ...(failure === undefined ? [] : [`  a run would fail (${failure.code}): ${failure.message}`]),
    ...keys.map((key, i) => `  ${look.withValues ? key.key : `key ${i + 1}`}: ${keyLine(key)}`),
    ...(more === 0 ? [] : [`  and ${many(more, 'older key')}`]),
  ]
}

function keyLine({ ledger, next, failure }: ExplainedKey): string {
  const last =
    ledger === undefined
      ? 'never sent'
      : `${ledger.status}${ledger.reason === undefined ? '' : ` (${ledger.reason})`} ${ledger.decidedAt.toISOString().slice(0, 10)}`
  return failure === undefined ? `${last}; next run: ${next}` : last
}
