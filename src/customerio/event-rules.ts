import { z } from 'zod'
import type { EventRule, PropertyRule } from '../core/index.ts'
import { semanticSchemas } from './semantic/catalogue.ts'
import { callOf } from './semantic/customerio-actions.ts'
import { deviceEvents } from './semantic/mobile.ts'

/** What is documented of every semantic event, by its exact name: plain data, made once from the zod schemas. */
export const eventRules: ReadonlyMap<string, EventRule> = new Map(
  Object.entries(semanticSchemas).map(([name, schema]) => [name, eventRule(name, schema)]),
)

function eventRule(name: string, schema: z.ZodObject): EventRule {
  const call = callOf[name]
  return {
    name,
    properties: membersOf(schema),
    ...(deviceEvents.has(name) && { needsDevice: true as const }),
    ...(call !== undefined && { call }),
    // What somebody saw of a message in a page or an app.
    ...(name === 'Report Content Event' && { isReserved: true as const }),
  }
}

function membersOf({ shape }: z.ZodObject): Record<string, PropertyRule> {
  return Object.fromEntries(
    Object.entries(shape).map(([name, schema]) => [
      name,
      schema instanceof z.ZodOptional
        ? ruleOf(schema.unwrap())
        : { ...ruleOf(schema), isRequired: true as const },
    ]),
  )
}

/** The rule of a schema. The tables are written in few words; one that is not among them is a mistake in a table. */
function ruleOf(schema: z.core.$ZodType): PropertyRule {
  if (schema instanceof z.ZodNullable) return { ...ruleOf(schema.unwrap()), mayBeNull: true }
  if (schema instanceof z.ZodISODateTime) return { type: 'time' }
  if (schema instanceof z.ZodString) return { type: 'text' }
  if (schema instanceof z.ZodEnum) return { type: 'text', oneOf: schema.options.map(String) }
  if (schema instanceof z.ZodNumber) return numberRule(schema)
  if (schema instanceof z.ZodBoolean) return { type: 'boolean' }
  if (schema instanceof z.ZodArray) return { type: 'array', items: ruleOf(schema.element) }
  if (schema instanceof z.ZodObject) return { type: 'object', members: membersOf(schema) }
  throw new TypeError(`no property of a semantic event is a ${schema._zod.def.type}`)
}

/** Bounds that only say how far JSON is exact are no bounds of Customer.io's. */
function numberRule({ isInt, minValue, maxValue }: z.ZodNumber): PropertyRule {
  const least = minValue ?? Number.NEGATIVE_INFINITY
  const most = maxValue ?? Number.POSITIVE_INFINITY
  return {
    type: isInt ? 'integer' : 'number',
    ...(least > Number.MIN_SAFE_INTEGER && { least }),
    ...(most < Number.MAX_SAFE_INTEGER && { most }),
  }
}
