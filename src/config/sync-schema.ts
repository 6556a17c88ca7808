import { z } from 'zod'
import { FieldMap, JsonValue, NullPolicy } from './field-schema.ts'

/** Names of syncs, destinations and jobs: they stand in paths and tables. */
export const Name = z
  .string()
  .regex(
    /^[a-z][a-z0-9_-]{0,62}$/,
    'a name is lower case letters, digits, - and _, starting with a letter',
  )

const Column = z.string().min(1)

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
    changes: z
      .enum(['full'], 'this version knows changes: full (every row, every run)')
      .describe('what counts as changed: full sends every row of a state call on every run'),
    start: z
      .union(
        [z.enum(['all', 'now']), z.iso.date()],
        'start is all, now or a date such as 2024-01-31',
      )
      .describe('events only: from when on rows are sent')
      .optional(),
  })
  .refine(
    (source) => [source.table, source.query, source.query_file].filter(Boolean).length === 1,
    'name exactly one of table, query and query_file',
  )

const Person = z
  .strictObject({
    id: Column.optional(),
    email: Column.optional(),
    anonymous_id: Column.optional(),
  })
  .refine(
    (person) => Object.keys(person).length > 0,
    'say who: id, email or anonymous_id, each a column',
  )

const Route = z.union([
  Name.describe('a destination of customerio.yml'),
  z.strictObject({
    by: Column,
    routes: z.record(z.string(), Name),
    else: Name.or(z.literal('invalid')).default('invalid'),
  }),
])

const common = {
  to: Route.optional().describe('where to; may be left out when there is one destination'),
  partition: z
    .strictObject({ by: Column })
    .describe('rows of one value share a fair part of the request budget')
    .optional(),
  nulls: NullPolicy.default('omit'),
  columns: z
    .strictObject({ all: z.literal(true), except: z.array(Column).default([]) })
    .describe('every column that is not named elsewhere, under its own name')
    .optional(),
  context: FieldMap.optional(),
  integrations: z.record(z.string(), z.boolean()).optional(),
}

const Identify = z.strictObject({
  call: z.literal('identify'),
  person: Person,
  traits: FieldMap.default({}),
  at: Column.optional(),
  ...common,
})

const Track = z.strictObject({
  call: z.literal('track'),
  person: Person,
  event: z.union([
    z.string().min(1),
    z.strictObject({ column: Column, allow: z.array(z.string().min(1)).min(1) }),
  ]),
  at: Column.describe("the column with the event's time"),
  properties: FieldMap.default({}),
  ...common,
})

/** A sync file, as a person writes it. */
export const SyncFile = z.strictObject({
  sync: Name,
  owner: z.string().min(1).optional(),
  source: Source,
  send: z.discriminatedUnion('call', [Identify, Track], 'call is identify or track'),
  brakes: z
    .strictObject({ max_failed_percent: z.number().min(0).max(100).default(1) })
    .default({ max_failed_percent: 1 }),
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
