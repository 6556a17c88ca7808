import { z } from 'zod'
import { Duration } from './duration.ts'
import { JsonValue } from './field-schema.ts'
import { Brakes, Canary, Checks } from './guard-schema.ts'
import { Column, Name } from './names.ts'
import { Send } from './send-schema.ts'

const Changes = z.union([
  z.strictObject({
    cursor: Column.describe('rows from the last value of this column on are looked at'),
    lag: Duration.prefault('0s').describe('how far to go back behind the last value'),
  }),
  z.enum(['auto', 'feed', 'diff', 'full'], {
    error: ({ input }) =>
      input === 'cursor'
        ? 'a cursor needs its column: changes: { cursor: <column>, lag: 2h }'
        : 'changes is auto, feed, diff, full or { cursor: <column> }',
  }),
])

const Source = z
  .strictObject({
    table: z
      .string()
      .min(1)
      .describe('a Delta table, for example ${catalog}.gold.customers')
      .optional(),
    query: z.string().min(1).describe('a query in Databricks SQL').optional(),
    query_file: z.string().min(1).describe('a file with a query, relative to this file').optional(),
    key: z
      .union([Column, z.array(Column).min(1)])
      .describe('the column or columns that name a row'),
    changes: Changes.prefault('auto').describe(
      'where to look for changes: auto uses the change feed where it works and compares elsewhere; full sends all',
    ),
    settle: Duration.prefault('10m').describe(
      'how long a source that was just emptied may stay so before that is taken for the truth',
    ),
    start: z
      .union(
        [z.enum(['all', 'now']), z.iso.date()],
        'start is all, now or a date such as 2024-01-31',
      )
      .describe('events only: from when on rows are sent')
      .optional(),
    audit_key: z
      .enum(['plain', 'hashed'], 'audit_key is plain or hashed')
      .describe(
        'how the control tables name rows and people; if left out, hashed for a key that is an e-mail address or tagged as personal',
      )
      .optional(),
  })
  .refine(
    (source) => [source.table, source.query, source.query_file].filter(Boolean).length === 1,
    'name exactly one of table, query and query_file',
  )

/** A sync file, as a person writes it. */
export const SyncFile = z.strictObject({
  sync: Name,
  renamed_from: Name.describe('the name it had before; what is known goes on to count').optional(),
  owner: z.string().min(1).optional(),
  source: Source,
  send: Send,
  on_delete: z
    .enum(['ignore', 'clear', 'delete', 'suppress'])
    .describe(
      'identify, object, device: what happens at Customer.io when a row is gone; ignore if left out',
    )
    .optional(),
  brakes: Brakes.describe('what stops a run'),
  checks: Checks.describe('what is asked of the source before anything is sent'),
  canary: Canary.optional(),
  keep_payload: z
    .boolean()
    .default(false)
    .describe('keep every message in the audit tables, as it was sent'),
  tests: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        given: z.array(z.record(z.string(), JsonValue)).min(1),
        expect: z.array(JsonValue),
      }),
    )
    .default([]),
})

/** The type behind {@link SyncFile}, defaults filled in. */
export type SyncFile = z.output<typeof SyncFile>
