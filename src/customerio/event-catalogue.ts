import type { EventCatalogue } from '../core/index.ts'
import { contextRule, personTraits } from './documented.ts'
import { eventRules } from './event-rules.ts'
import { nearestEvent } from './nearest-event.ts'

/** What Customer.io documents of events by their names, for those who do not know Customer.io. */
export const eventCatalogue: EventCatalogue = {
  rule: (name) => eventRules.get(name),
  nearest: nearestEvent,
  context: contextRule,
  traits: personTraits,
}
