import { checkProperties } from './check-properties.ts'
import { eventRules } from './event-rules.ts'
import { invalidMessage } from './invalid-message.ts'
import { type JsonObject, toJsonObject } from './json.ts'
import {
  type SemanticEventName,
  type SemanticProperties,
  semanticSchemas,
} from './semantic/catalogue.ts'

/** An event with a name of its own, ready to be the heart of a `track` message. */
export interface SemanticEvent<Name extends SemanticEventName = SemanticEventName> {
  readonly event: Name
  readonly properties: JsonObject
}

/** The properties of an event as an argument: it may be left out where none is required. */
type Arguments<Name extends SemanticEventName> =
  Record<never, never> extends SemanticProperties<Name>
    ? [properties?: SemanticProperties<Name>]
    : [properties: SemanticProperties<Name>]

/** `Order Completed` → `orderCompleted`. */
type MethodName<Name extends string> = Uncapitalize<Joined<Name>>
type Joined<Name extends string> = Name extends `${infer First} ${infer Rest}`
  ? `${First}${Capitalize<Joined<Rest>>}`
  : Name

/** A builder for every semantic event, named after it. */
export type SemanticBuilders = {
  readonly [Name in SemanticEventName as MethodName<Name>]: (
    ...given: Arguments<Name>
  ) => SemanticEvent<Name>
}

/**
 * The semantic event of that exact name. Properties that are documented must have their documented types; others may
 * be any JSON; those that are `undefined` are left out.
 *
 * @throws ConfigError MESSAGE_INVALID that names each property that is wrong and what is expected there, no value.
 */
export function semanticEvent<Name extends SemanticEventName>(
  name: Name,
  ...[properties]: Arguments<Name>
): SemanticEvent<Name> {
  return eventOf(name, properties)
}

/**
 * {@link semanticEvent}, by name: `semantic.orderCompleted({ order_id: '7', total: 9.5 })` gives
 * `{ event: 'Order Completed', properties: { order_id: '7', total: 9.5 } }`.
 */
export const semantic = Object.fromEntries(
  Object.keys(semanticSchemas).map((name) => [
    methodName(name),
    (properties?: object) => eventOf(name as SemanticEventName, properties),
  ]),
) as SemanticBuilders

function eventOf<Name extends SemanticEventName>(
  name: Name,
  properties: object = {},
): SemanticEvent<Name> {
  const rule = eventRules.get(name)
  if (rule === undefined) throw invalidMessage(['event must be the exact name of a semantic event'])
  const json = toJsonObject(properties, 'properties')
  const problems = checkProperties(rule, json)
  if (problems.length > 0) throw invalidMessage(problems, name)
  return { event: name, properties: json }
}

function methodName(name: string): string {
  const joined = name.replace(/ (\w)/g, (_, first: string) => first.toUpperCase())
  return joined.charAt(0).toLowerCase() + joined.slice(1)
}
