/** JSON types that a property of a semantic event may have; `time` is ISO 8601 text. */
export type PropertyType =
  | 'text'
  | 'number'
  | 'integer'
  | 'boolean'
  | 'time'
  | 'array'
  | 'object'
  | 'any'

/** What Customer.io documents of one property of a semantic event. */
export interface PropertyRule {
  readonly type: PropertyType
  readonly isRequired?: true
  /** Text that must not be empty. */
  readonly isFilled?: true
  /** Null is as good as a value. */
  readonly mayBeNull?: true
  /** The only texts that mean something. */
  readonly oneOf?: readonly string[]
  /** The least and the most that a number may be. */
  readonly least?: number
  readonly most?: number
  /** What is known of the members of an object, or of the items of an array; others are free. */
  readonly members?: Readonly<Record<string, PropertyRule>>
  readonly items?: PropertyRule
  /** Every member of an object, whatever its name. */
  readonly each?: PropertyRule
}

/** What Customer.io documents of an event with a name of its own, as plain data. Other properties are free. */
export interface EventRule {
  readonly name: string
  readonly properties: Readonly<Record<string, PropertyRule>>
  /** Customer.io takes the message for a device's: it needs `context.device.token` and `context.device.type`. */
  readonly needsDevice?: true
  /** Customer.io acts on it in place of recording it; the call of a sync file that is meant for that. */
  readonly call?: string
  /** Only Customer.io's own libraries send it, from a person's browser or app: nobody else may. */
  readonly isReserved?: true
}

/** What is documented of events, by their names. */
export interface EventCatalogue {
  /** What is known of an event of exactly this name. */
  rule(name: string): EventRule | undefined
  /** The documented name that this one was probably meant to be; undefined for that name itself. */
  nearest(name: string): string | undefined
  /** What is documented of `context`. */
  readonly context: PropertyRule
  /** What is documented of traits of people, by name. */
  readonly traits: Readonly<Record<string, PropertyRule>>
}
