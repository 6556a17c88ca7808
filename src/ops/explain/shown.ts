import { withoutValues } from '../preview.ts'
import type { PersonExplanation } from './explain-person.ts'
import type { ExplainedKey, KeyExplanation } from './explanation.ts'
import type { OutcomeFacts } from './history.ts'
import { mayShow } from './key-text.ts'

/** An explanation as it may be printed where output is kept: counts, states and codes, no key, person or value. */
export function withoutPersonalData(
  explained: KeyExplanation | PersonExplanation,
): Readonly<Record<string, unknown>> {
  if (explained.kind === 'key') {
    const { key: _, destinations, ...rest } = explained
    return { ...rest, destinations: destinations.map(plainKey) }
  }
  const { values, syncs, timeline, ...rest } = explained
  return {
    ...rest,
    knownBy: values.length,
    syncs: syncs.map((one) => ({ ...one, keys: one.keys.map(plainKey) })),
    timeline: timeline.map(plainOutcome),
  }
}

function plainKey({ key: _, now, ledger, outcomes, reasons, ...rest }: ExplainedKey) {
  return {
    ...rest,
    ...(now === undefined ? {} : { now: { ...now, ...plainFate(now.fate) } }),
    ...(ledger === undefined ? {} : { ledger: withoutIdentity(ledger) }),
    outcomes: outcomes.map(plainOutcome),
    reasons: reasons.filter((reason) => mayShow(reason, { withValues: false })),
  }
}

function plainFate(fate: NonNullable<ExplainedKey['now']>['fate']) {
  if (fate === undefined) return {}
  const { identity: _, at: __, message, ...rest } = fate
  return {
    fate: { ...rest, ...(message === undefined ? {} : { message: withoutValues(message) }) },
  }
}

function withoutIdentity({ identity: _, ...rest }: NonNullable<ExplainedKey['ledger']>) {
  return rest
}

function plainOutcome({ key: _, ...rest }: OutcomeFacts) {
  return rest
}
