import { z } from 'zod'
import type { BrakesSpec, CanarySpec, ChecksSpec } from '../core/index.ts'
import { Duration } from './duration.ts'
import { Column } from './names.ts'

const Percent = z.number().min(0).max(100)

/** What stops a run; every key has a default but `max_rows`. */
export const Brakes = z
  .strictObject({
    empty_source: z
      .enum(['stop', 'allow'])
      .default('stop')
      .describe('a source without a row although there was something before'),
    max_rows: z
      .int()
      .positive()
      .describe('messages of one window; not limited if left out')
      .optional(),
    max_delete_percent: Percent.default(5).describe(
      'deletions, as a percentage of the keys that are in Customer.io',
    ),
    max_change_factor: z
      .number()
      .min(0)
      .default(10)
      .describe('messages of one window, as a multiple of the median of those before; 0 is off'),
    max_failed_percent: Percent.default(1).describe(
      'rejected messages, as a percentage of those answered',
    ),
    first_run: z
      .enum(['confirm', 'allow'])
      .default('confirm')
      .describe('whether a first window of more than 1000 messages asks for a confirmation'),
  })
  .prefault({})

/** What is asked of the source before anything is sent; nothing unless it is written. */
export const Checks = z
  .strictObject({
    unique: z.boolean().default(false).describe('no two rows share a key'),
    not_null: z.array(Column).default([]).describe('columns without a NULL'),
    fresh: z
      .strictObject({ column: Column, within: Duration })
      .describe('the newest value of this time column is no older than that')
      .optional(),
  })
  .prefault({})

/** How a changed mapping begins; off unless it is written. */
export const Canary = z
  .strictObject({
    rows: z.int().positive().default(1000).describe('messages of one window at most'),
    hold: Duration.prefault('2h').describe(
      'how long, from the first window that sent under the changed mapping',
    ),
  })
  .describe('a changed mapping begins with some rows; the rest waits for release, or for hold')

/** Checked input as the canary of a sync; nothing where it is off. */
export function toCanary(input: z.output<typeof Canary> | undefined): { canary?: CanarySpec } {
  return input === undefined ? {} : { canary: { rows: input.rows, holdMs: input.hold } }
}

/** Checked input as the brakes of a sync. */
export function toBrakes(input: z.output<typeof Brakes>): BrakesSpec {
  return {
    emptySource: input.empty_source,
    ...(input.max_rows === undefined ? {} : { maxRows: input.max_rows }),
    maxDeletePercent: input.max_delete_percent,
    maxChangeFactor: input.max_change_factor,
    maxFailedPercent: input.max_failed_percent,
    firstRun: input.first_run,
  }
}

/** Checked input as the checks of a sync. */
export function toChecks({ unique, not_null, fresh }: z.output<typeof Checks>): ChecksSpec {
  return {
    unique,
    notNull: not_null,
    ...(fresh === undefined ? {} : { fresh: { column: fresh.column, withinMs: fresh.within } }),
  }
}
