import { ConfigError } from '../../core/index.ts'

/** Tables whose rows go by age, each with the window they belong to. */
export const agingTables = ['outcome_log', 'requests', 'runs', 'quality'] as const
/** One of {@link agingTables}. */
export type AgingTable = (typeof agingTables)[number]

/** How many days rows are kept after their window was closed. */
export type Retention = Readonly<Record<AgingTable, number>>

/** A year and a month for what an auditor asks for, a quarter for single HTTP exchanges. */
export const retentionDefaults: Retention = {
  outcome_log: 400,
  requests: 90,
  runs: 400,
  quality: 400,
}

/** No setting goes below: a month-end is always there to be looked at, and a row that was given up is retried before. */
export const fewestDays = 35

/** Days from text such as `90d`. Throws ConfigError RETENTION_INVALID for anything else, and below {@link fewestDays}. */
export function daysOf(option: string, text: string): number {
  const days = /^\d{1,5}d$/.test(text) ? Number.parseInt(text, 10) : 0
  if (days >= fewestDays) return days
  throw new ConfigError(
    'RETENTION_INVALID',
    `--${option} is a number of days from ${fewestDays}d on, such as ${retentionDefaults.requests}d, not "${text}"`,
  )
}

/** The moment before which a window must have been closed for its rows to be old. */
export function daysBefore(now: number, days: number): Date {
  return new Date(now - days * 86_400_000)
}
