import { z } from 'zod'
import { Column, Name } from './names.ts'
import { readQuartz } from './quartz.ts'
import { SecretReference } from './secret-ref.ts'

const Destination = z.strictObject({
  region: z
    .enum(['us', 'eu'], 'region is us or eu, as your Customer.io account says')
    .describe('where the Customer.io workspace lives; never guessed'),
  key: SecretReference,
  requests_per_second: z
    .number()
    .positive()
    .max(1000, 'Customer.io documents 3000 requests per 3 seconds')
    .default(100),
})

const Vars = z.record(z.string().regex(/^\w+$/), z.string())

function checkQuartz(cron: string, context: z.RefinementCtx): void {
  try {
    readQuartz(cron)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    context.addIssue({ code: 'custom', message: `a Quartz expression: ${error.message}` })
  }
}

const Job = z
  .strictObject({
    every: z
      .string()
      .regex(/^[1-9]\d*[mhdw]$/, 'a period such as 15m, 1h or 1d')
      .optional(),
    cron: z
      .string()
      .regex(/^\s*\S+(\s+\S+){5,6}\s*$/, {
        error: 'a Quartz expression of six or seven fields, seconds first, such as 0 0 3 * * ?',
        abort: true,
      })
      .superRefine(checkQuartz)
      .describe('Quartz, seconds first, UTC')
      .optional(),
    on_table_update: z
      .array(z.string().min(1))
      .min(1)
      .max(10, 'Databricks watches at most 10 tables for a job')
      .optional(),
    share: z
      .number()
      .positive()
      .max(1)
      .describe(
        "the part of every destination's request budget that the job may spend; 1 if left out",
      )
      .optional(),
    syncs: z.array(Name).min(1),
    after: z.record(Name, z.array(Name)).default({}),
    slices: z
      .record(Name, z.int().min(2).max(100))
      .default({})
      .describe('sync: into how many slices its windows are cut, each sent by a task of its own'),
  })
  .refine(
    (job) => [job.every, job.cron, job.on_table_update].filter(Boolean).length <= 1,
    'a job starts by one of every, cron and on_table_update',
  )

const Erase = z
  .strictObject({
    table: z.string().min(1).describe('the table of requests, one row each'),
    person: z
      .strictObject({ id: Column.optional(), email: Column.optional() })
      .refine(
        ({ id, email }) => id !== undefined || email !== undefined,
        'name the column with the id, with the e-mail address, or both',
      )
      .describe('the columns that say who; name both where there are both'),
    kind: Column.describe('a column that says delete or suppress'),
    request: Column.describe('a column that names the request for good, without personal data'),
    requested_by: Column.describe('a column that says who asks').optional(),
  })
  .describe('where requests to forget a person are kept; "customerio-jobs erase" works on them')

/** customerio.yml, as a person writes it. */
export const ProjectFile = z.strictObject({
  vars: Vars.default({}).describe(
    'names for ${…} in sync files; control is the schema of the control tables',
  ),
  destinations: z.record(Name, Destination),
  object_types: z
    .record(Name, z.int().positive())
    .default({})
    .describe('numbers of the object types in Customer.io by the names that sync files use'),
  pii_tags: z
    .array(z.string().min(1))
    .default(['pii'])
    .describe('tags that mark columns with personal data in Unity Catalog; [] asks for none'),
  message_ids: z
    .strictObject({ key: SecretReference })
    .default({ key: 'secret://customerio/ids' })
    .describe('the secret behind all message ids; keep it for the life of the project'),
  outbox: z
    .strictObject({
      irreversible: z
        .literal('accepted')
        .describe("rows may ask for what can't be taken back: deletions, suppressions, merges")
        .optional(),
    })
    .describe(
      'turns on the built-in sync "outbox": it sends what is inserted into the table outbox',
    )
    .optional(),
  telemetry: z
    .strictObject({
      endpoint: z
        .url({ protocol: /^https$/, error: 'an https address, without /v1/…' })
        .describe('base address of a receiver of OpenTelemetry data over HTTP (OTLP)'),
      authorization: SecretReference.describe(
        'the secret that is sent as the header authorization, whole: "Bearer …"',
      ).optional(),
    })
    .describe('where traces and metrics of runs go; without it, nowhere')
    .optional(),
  erase: Erase.optional(),
  jobs: z.record(Name, Job).default({}),
  targets: z
    .record(
      Name,
      z.strictObject({
        vars: Vars.default({}),
        destinations: z.record(Name, Destination.partial()).default({}),
        limit: z
          .int()
          .positive()
          .describe('messages that a window on schedule sends at most; the rest waits for the next')
          .optional(),
      }),
    )
    .default({}),
})

/** The type behind {@link ProjectFile}, defaults filled in. */
export type ProjectFile = z.output<typeof ProjectFile>
