import { ConfigError } from '../../core/index.ts'

/** Tables whose rows go by age, each with the window they belong to. */
export const agingTables = ['outcome_log', 'requests', 'runs', 'quality'] as const
/** One of {@link agingTables}. */
export type AgingTable = (typeof agingTables)[number]

/**
 * How many days rows are kept after their window was closed; payloads of outcomes after they were sent, and rows of the
 * outbox after they were asked for and decided on.
 */
export type Retention = Readonly<Record<AgingTable | 'payloads' | 'outbox', number>>

/** A year and a month for what an auditor asks for, a quarter for single HTTP exchanges, a month for what was said. */
export const retentionDefaults: Retention = {
  outcome_log: 400,
  requests: 90,
  runs: 400,
  quality: 400,
  payloads: 35,
  outbox: 35,
}

/** No setting goes below: a month-end is always there to be looked at, and a row that was given up is retried before. */
export const fewestDays = 35

/** Days from text such as `90d`. Throws ConfigError RETENTION_INVALID for anything else, and below `fewest`. */
export function daysOf(option: string, text: string, fewest = fewestDays): number {
  const days = /^\d{1,5}d$/.test(text) ? Number.parseInt(text, 10) : 0
  if (days >= fewest) return days
  throw new ConfigError(
    'RETENTION_INVALID',
    `--${option} is a number of days from ${fewest}d on, such as ${retentionDefaults.requests}d, not "${text}"`,
  )
}

/** The moment before which a window must have been closed for its rows to be old. */
export function daysBefore(now: number, days: number): Date {
  return new Date(now - days * 86_400_000)
}
