import { z } from 'zod'

/*
 * The words the tables of semantic events are written in. Types are those of the Pipelines API's published schemas
 * (2025-06). No property must be there unless the table says `must`; Customer.io takes any other property beside them.
 */

/** Text. */
export const text = z.string().optional()

/** Several texts. */
export const texts = z.array(z.string()).optional()

/** Any finite number. */
export const number = z.number().optional()

/** A whole number that JSON carries exactly. */
export const integer = z.int().optional()

/** True or false. */
export const flag = z.boolean().optional()

/** An ISO 8601 date and time with seconds and an offset: `date-time` of the published schemas. */
export const time = z.iso.datetime({ offset: true }).optional()

/** One of a few texts. */
export function oneOf<const Words extends readonly string[]>(...words: Words) {
  return z.enum(words).optional()
}

/** An object with properties that are known, beside any others. */
export function known<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.looseObject(shape)
}

/** Several objects, each as {@link known}. */
export function list<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.array(known(shape)).optional()
}

/** What stands in a table, but it must be there. */
export function must<Inner extends z.core.SomeType>(property: z.ZodOptional<Inner>): Inner {
  return property.unwrap()
}
