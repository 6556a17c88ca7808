import {
  type As,
  type Call,
  isEventCall,
  type Json,
  type LimitPolicy,
  type Mask,
  type Nulls,
  type Path,
  type PropertyRule,
  type SendSpec,
} from '../core/index.ts'

/** A value read from a column. */
export interface ColumnValue {
  readonly kind: 'column'
  readonly column: string
  readonly as?: As
  readonly mask?: Mask
  readonly nulls: Nulls
  /** It names something: sent as text, and a row in which it is NULL, empty or longer is refused. */
  readonly names?: { readonly maxBytes: number }
  /** What Customer.io documents of it. Its JSON is looked at row by row where the column's type does not say enough. */
  readonly rule?: PropertyRule
}

/** What stands behind a name in a message. */
export type Value =
  | ColumnValue
  | { readonly kind: 'constant'; readonly value: Json }
  | { readonly kind: 'object'; readonly members: readonly Member[] }

/** One member of an object of the message. */
export interface Member {
  readonly name: string
  /** The whole way to it, for people: `traits.address.city`. */
  readonly field: string
  readonly value: Value
  /** Where the sync file says so. */
  readonly path: Path
  /** Customer.io stores it as an attribute, whose size is limited. */
  readonly isAttribute?: true
}

/** A sync's message, resolved: defaults applied, `columns: all` written out. Both encoders work from it. */
export interface Plan {
  readonly call: Call
  readonly userId?: string
  readonly anonymousId?: string
  /** The column that names the object, where the message is about nobody. */
  readonly groupId?: string
  readonly event?: SendSpec['event']
  readonly at?: string
  /** What the payload is called in this call; absent where the call has none. */
  readonly body?: 'traits' | 'properties'
  readonly members: readonly Member[]
  /** What stands beside the payload, before the time: the object of a person, who is merged, a page's name. */
  readonly beside?: readonly Member[]
  readonly context?: readonly Member[]
  readonly integrations?: Readonly<Record<string, boolean>>
  readonly partition?: string
  /** Attributes beyond the most that a message may have, which are not sent; absent where there are none. */
  readonly leftOut?: number
  /** Columns that came after the lock and wait for it; absent where there are none. */
  readonly held?: readonly string[]
  /** What happens to attributes that are too long, where the row is not refused. */
  readonly longValues?: Exclude<LimitPolicy, 'error'>
}

/** Every column a plan reads, each once, in the order of the message. */
export function columnsOf(plan: Plan): string[] {
  const partition = plan.partition === undefined ? [] : [plan.partition]
  return [...new Set([...envelopeColumns(plan), ...payloadColumns(plan), ...partition])]
}

/**
 * The columns that say something or say who, each once, sorted: a row is another one when one of them differs. The time
 * of a state says nothing; that of an event does, for one that was refused for it is worth another try once it is mended.
 */
export function hashColumnsOf({ at, ...rest }: Plan): string[] {
  const plan: Plan = isEventCall(rest.call) && at !== undefined ? { ...rest, at } : rest
  return [...new Set([...envelopeColumns(plan), ...payloadColumns(plan)])].sort()
}

/** Every member that reads a column, however deep. */
export function columnMembers(plan: Plan): (Member & { readonly value: ColumnValue })[] {
  return [...plan.members, ...(plan.beside ?? []), ...(plan.context ?? [])].flatMap(leaves)
}

/** What Customer.io stores as attributes, whatever they are nested in. */
export function attributesOf({ members }: Plan): Member[] {
  return members.flatMap((member) => {
    if (member.isAttribute) return [member]
    return member.value.kind === 'object'
      ? member.value.members.filter(({ isAttribute }) => isAttribute)
      : []
  })
}

function leaves(member: Member): (Member & { readonly value: ColumnValue })[] {
  const { value } = member
  if (value.kind === 'object') return value.members.flatMap(leaves)
  return value.kind === 'column' ? [{ ...member, value }] : []
}

/** The columns that say something, with repeats. */
export function payloadColumns(plan: Plan): string[] {
  return columnMembers(plan).map(({ value }) => value.column)
}

/** The columns that say who, when and which event. */
export function envelopeColumns({ userId, anonymousId, groupId, event, at }: Plan): string[] {
  const name = event !== undefined && 'column' in event ? event.column : undefined
  return [userId, anonymousId, groupId, name, at].filter((column) => column !== undefined)
}
