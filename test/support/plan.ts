import type { Plan } from '../../src/sync/index.ts'

/** No row of any class. */
export const counts = {
  null_key: 0,
  duplicate_key: 0,
  send: 0,
  delete: 0,
  unchanged: 0,
  held: 0,
  ignored: 0,
  moved: 0,
  later: 0,
}
/** When the source was committed. */
export const committedAt = new Date('2026-11-22T23:40:12.345Z')
/** Nothing to estimate. */
export const estimate = {
  sampled: 0,
  isWhole: true,
  refused: [],
  messages: 0,
  bytes: 0,
  requests: 0,
  requestsPerSecond: 100,
  seconds: 0,
}

/** A plan with nothing to do, but for what is said. */
export const aPlan = (over: Partial<Plan> = {}): Plan => ({
  kind: 'planned',
  sync: 'people',
  destination: 'eu',
  isSetUp: true,
  source: { table: 'main.shop.people', version: 12, committedAt },
  look: { kind: 'feed', from: 11 },
  isAdopted: false,
  counts,
  irreversible: 0,
  warnings: [],
  send: { fresh: 0, changed: 0, again: 0 },
  estimate,
  remapped: 0,
  checks: [],
  brakes: [],
  ...over,
})
