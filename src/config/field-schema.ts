import { z } from 'zod'
import type { FieldSpec, Fields, Json, Path } from '../core/index.ts'
import { Column } from './names.ts'

/** Any JSON value. */
export const JsonValue: z.ZodType<Json> = z.json() as z.ZodType<Json>

const NullPolicy = z
  .enum(['omit', 'clear', 'invalid'])
  .describe(
    'NULL: leave the field out, send null (Customer.io removes the attribute), or refuse the row',
  )

/** What to do with NULL. */
export { NullPolicy }

const ColumnField = z.strictObject({
  column: Column,
  as: z
    .enum(['unix', 'iso', 'json', 'text'])
    .describe('dates as seconds since the epoch or ISO text; JSON text as JSON; anything as text')
    .optional(),
  nulls: NullPolicy.optional(),
  mask: z
    .enum(['sha256', 'sha256_lower', 'redact'])
    .describe('how the value is made unreadable before it leaves')
    .optional(),
  optional: z
    .literal(true)
    .describe('leave the field out where the source has no such column')
    .optional(),
})

const ConstantField = z.strictObject({ value: JsonValue })

type FieldInput =
  | string
  | z.input<typeof ColumnField>
  | z.input<typeof ConstantField>
  | { fields: Record<string, FieldInput> }

/** One field: a column name, `{ column, as, mask, nulls, optional }`, `{ value }` or `{ fields }`. */
export const Field: z.ZodType<FieldInput, FieldInput> = z.union([
  Column,
  ColumnField,
  ConstantField,
  z.strictObject({ fields: z.lazy(() => z.record(z.string().min(1), Field)) }),
])

/** Fields by their Customer.io name. */
export const FieldMap = z.record(z.string().min(1), Field)

/** Checked input as specs that remember where they stand. */
export function toFields(input: Readonly<Record<string, FieldInput>>, path: Path): Fields {
  return Object.fromEntries(
    Object.entries(input).map(([name, field]) => [name, toField(field, [...path, name])]),
  )
}

/** One checked field as a spec that remembers where it stands. */
export function toField(input: FieldInput, path: Path): FieldSpec {
  if (typeof input === 'string') return { kind: 'column', column: input, path }
  if ('fields' in input)
    return { kind: 'fields', fields: toFields(input.fields, [...path, 'fields']), path }
  if ('value' in input) return { kind: 'constant', value: input.value as Json, path }
  return {
    kind: 'column',
    column: input.column,
    ...(input.as === undefined ? {} : { as: input.as }),
    ...(input.nulls === undefined ? {} : { nulls: input.nulls }),
    ...(input.mask === undefined ? {} : { mask: input.mask }),
    ...(input.optional === undefined ? {} : { optional: input.optional }),
    path,
  }
}
