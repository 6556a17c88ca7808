import { z } from 'zod'

/** What a door can act out itself, and which door knows it. */
export const acts = {
  'expire-session': 'warehouse',
  'expire-link': 'warehouse',
  'evict-operation': 'warehouse',
  'sql-error': 'warehouse',
  'expire-token': 'workspace',
} as const

const count = z.int().min(1)

const When = z
  .strictObject({
    nth: z
      .union([count, z.array(count).min(1)])
      .optional()
      .describe('Only these matching calls, counted from 1.'),
    every: count.optional().describe('Every so many matching calls.'),
    from: count.optional().describe('From this matching call on.'),
    to: count.optional().describe('Up to and with this matching call.'),
    probability: z.number().min(0).max(1).optional().describe('Share of calls, by the seed.'),
    times: count.optional().describe('At most so often.'),
  })
  .refine(({ from, to }) => from === undefined || to === undefined || from <= to, {
    message: '"from" must not be greater than "to"',
  })

const FaultOfRule = z
  .strictObject({
    status: z.int().min(200).max(599).optional().describe('Answered in place of the door.'),
    headers: z.record(z.string(), z.string()).optional().describe('Headers of that answer.'),
    body: z
      .union([z.string(), z.record(z.string(), z.unknown())])
      .optional()
      .describe('Body of that answer: text, or an object sent as JSON.'),
    accepted: z.boolean().optional().describe('The door takes the request before that answer.'),
    delayMs: z.int().min(0).optional().describe('Waited before anything else.'),
    delayAfterMs: z
      .int()
      .min(0)
      .optional()
      .describe('The door has done its work: its answer waits.'),
    reset: z
      .enum(['before', 'after'])
      .optional()
      .describe('TCP reset: the door never or just saw it.'),
    truncate: z.literal(true).optional().describe('The answer stops half way through its body.'),
    act: z.enum(Object.keys(acts) as (keyof typeof acts)[]).optional(),
  })
  .refine((fault) => Object.keys(fault).length > 0, { message: 'says nothing to do' })
  .refine(
    ({ status, reset, act, truncate }) =>
      [status, reset, act].filter((one) => one !== undefined).length < 2 && !(reset && truncate),
    {
      message: 'takes only one of "status", "reset" and "act"; "reset" leaves nothing to truncate',
    },
  )
  .refine(
    ({ status, headers, body, accepted }) =>
      status !== undefined || (headers ?? body ?? accepted) === undefined,
    { message: '"headers", "body" and "accepted" need a "status"' },
  )
  .refine(
    ({ status, accepted, reset, delayAfterMs }) =>
      delayAfterMs === undefined || (reset !== 'before' && (status === undefined || accepted)),
    { message: '"delayAfterMs" needs a door that sees the request: "accepted", or "reset: after"' },
  )

/** One fault rule. */
export const FaultRule = z
  .strictObject({
    door: z.enum(['warehouse', 'workspace', 'customerio']),
    address: z.enum(['workspace', 'us', 'eu']).optional().describe('Only calls at this address.'),
    call: z.string().min(1).default('*').describe('Label of the call; `*` stands for any text.'),
    statement: z
      .string()
      .min(1)
      .optional()
      .describe('Only statements of this text; `*` stands for any text, case does not count.'),
    when: When.default({}),
    fault: FaultOfRule,
  })
  .refine(({ door, fault }) => fault.act === undefined || acts[fault.act] === door, {
    message: `an "act" belongs to one door: ${Object.entries(acts)
      .map(([act, door]) => `${act} (${door})`)
      .join(', ')}`,
  })
  .refine(
    ({ door, call, statement }) =>
      statement === undefined ||
      (door === 'warehouse' && (call === '*' || call === 'ExecuteStatement')),
    { message: 'a "statement" comes with ExecuteStatement, at the door warehouse, alone' },
  )
export type FaultRule = z.output<typeof FaultRule>
/** A rule as a person writes it: `call` and `when` may be left out. */
export type FaultRuleInput = z.input<typeof FaultRule>

/** A set of rules, and the seed of everything that is left to chance in it. */
export const FaultSet = z.union([
  z.array(FaultRule).transform((rules) => ({ rules, seed: 1 })),
  z.strictObject({ rules: z.array(FaultRule).default([]), seed: z.int().default(1) }),
])
export type FaultSet = z.output<typeof FaultSet>
