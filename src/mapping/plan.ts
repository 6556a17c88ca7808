import type {
  As,
  FieldSpec,
  Fields,
  Json,
  Mask,
  Nulls,
  Path,
  SendSpec,
  TrackSpec,
} from '../core/index.ts'

/** A value read from a column. */
export interface ColumnValue {
  readonly kind: 'column'
  readonly column: string
  readonly as?: As
  readonly mask?: Mask
  readonly nulls: Nulls
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
}

/** A sync's message, resolved: defaults applied, `columns: all` written out. Both encoders work from it. */
export interface Plan {
  readonly call: SendSpec['call']
  readonly userId?: string
  readonly anonymousId?: string
  readonly event?: TrackSpec['event']
  readonly at?: string
  /** What the payload is called in this call. */
  readonly body: 'traits' | 'properties'
  readonly members: readonly Member[]
  readonly context?: readonly Member[]
  readonly integrations?: Readonly<Record<string, boolean>>
  readonly partition?: string
}

/** A column of the source, as far as a plan needs it. */
export interface PlanColumn {
  readonly name: string
  readonly isTime: boolean
}

/**
 * Resolves what a sync sends against the source's columns. With `columns: all`, every column becomes a field of
 * its own name unless it is excepted, is named in a field, or says who, when or which event; DATE and TIMESTAMP
 * columns that arrive this way are sent as ISO 8601 text.
 */
export function planOf(send: SendSpec, columns: readonly PlanColumn[]): Plan {
  const body = send.call === 'track' ? 'properties' : 'traits'
  const named = membersOf(send.call === 'track' ? send.properties : send.traits, body, send.nulls)
  const context = send.context && membersOf(send.context, 'context', send.nulls)
  const userId = send.person.id ?? send.person.email
  const { anonymousId } = send.person
  const plan: Plan = {
    call: send.call,
    ...(userId !== undefined && { userId }),
    ...(anonymousId !== undefined && { anonymousId }),
    ...(send.call === 'track' && { event: send.event }),
    ...(send.at !== undefined && { at: send.at }),
    body,
    members: named,
    ...(context !== undefined && { context }),
    ...(send.integrations !== undefined && { integrations: send.integrations }),
    ...(send.partition !== undefined && { partition: send.partition.by }),
  }
  if (send.columns === undefined) return plan
  const used = new Set([...send.columns.except, ...payloadColumns(plan), ...envelopeColumns(plan)])
  const rest = columns
    .filter(({ name }) => !used.has(name))
    .map(
      ({ name, isTime }): Member => ({
        name,
        field: `${body}.${name}`,
        value: { kind: 'column', column: name, nulls: send.nulls, ...(isTime && { as: 'iso' }) },
        path: ['send', 'columns'],
      }),
    )
  return { ...plan, members: [...named, ...rest] }
}

/** Every column a plan reads, each once, in the order of the message. */
export function columnsOf(plan: Plan): string[] {
  const partition = plan.partition === undefined ? [] : [plan.partition]
  return [...new Set([...envelopeColumns(plan), ...payloadColumns(plan), ...partition])]
}

/** The columns that say something or say who, each once, sorted: a row is another one when one of them differs. */
export function hashColumnsOf({ at: _, ...plan }: Plan): string[] {
  return [...new Set([...envelopeColumns(plan), ...payloadColumns(plan)])].sort()
}

/** Every member that reads a column, however deep. */
export function columnMembers(plan: Plan): (Member & { readonly value: ColumnValue })[] {
  return [...plan.members, ...(plan.context ?? [])].flatMap(leaves)
}

function leaves(member: Member): (Member & { readonly value: ColumnValue })[] {
  const { value } = member
  if (value.kind === 'object') return value.members.flatMap(leaves)
  return value.kind === 'column' ? [{ ...member, value }] : []
}

function payloadColumns(plan: Plan): string[] {
  return columnMembers(plan).map(({ value }) => value.column)
}

function envelopeColumns({ userId, anonymousId, event, at }: Plan): string[] {
  const name = event !== undefined && 'column' in event ? event.column : undefined
  return [userId, anonymousId, name, at].filter((column) => column !== undefined)
}

function membersOf(fields: Fields, above: string, nulls: Nulls): Member[] {
  return Object.entries(fields).map(([name, spec]) => {
    const field = `${above}.${name}`
    return { name, field, value: fieldValue(spec, field, nulls), path: spec.path }
  })
}

function fieldValue(spec: FieldSpec, field: string, nulls: Nulls): Value {
  if (spec.kind === 'constant') return { kind: 'constant', value: spec.value }
  if (spec.kind === 'fields')
    return { kind: 'object', members: membersOf(spec.fields, field, nulls) }
  return {
    kind: 'column',
    column: spec.column,
    nulls: spec.nulls ?? nulls,
    ...(spec.as !== undefined && { as: spec.as }),
    ...(spec.mask !== undefined && { mask: spec.mask }),
  }
}
