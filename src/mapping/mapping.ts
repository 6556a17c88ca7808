import { createHash } from 'node:crypto'
import type { RecordBatch, Schema } from 'apache-arrow'
import {
  type As,
  type AuditKey,
  type EventCatalogue,
  InvalidFiles,
  isEventCall,
  type Mask,
  type MessageBlock,
  nothingPersonal,
  type Personal,
  type Problem,
  type SyncSpec,
} from '../core/index.ts'
import { canonicalText } from './canonical.ts'
import { problemsOf } from './check.ts'
import { withRules } from './check-events.ts'
import { personalProblems } from './check-personal.ts'
import { kindsOf } from './columns.ts'
import { createEncode, type EncodeOptions } from './encode.ts'
import { maxMessageBytes as messageLimit } from './limits.ts'
import { withoutAbsent } from './optional.ts'
import { columnMembers, columnsOf, hashColumnsOf, type Plan } from './plan.ts'
import { planOf } from './resolve.ts'
import { isTime, kindOf } from './types.ts'

/** What a mapping must know beside the sync file and the source's schema. */
export interface CompileOptions {
  /** The text column with the row's key, made by the warehouse. Default `_key`. */
  readonly keyColumn?: string
  /** A text column that marks rows as invalid with the reason code in it, where a batch has it. Default `_reject`. */
  readonly rejectColumn?: string
  /** The text column with the row's hash, made by the warehouse, where a batch has it. Default `_hash`. */
  readonly hashColumn?: string
  /** The text column that ids are made from where the key is hashed, and a batch has it. Default `_id_key`. */
  readonly idKeyColumn?: string
  /** The text column that is written down in place of whom a message is about then, where a batch has it. Default `_person`. */
  readonly personColumn?: string
  /** The destination whose window is sent. */
  readonly destination: string
  /** The window, and when it was opened in milliseconds since the epoch. */
  readonly window: { readonly number: number; readonly openedAt: number }
  /** The secret that message ids are made with. */
  readonly idSecret: string
  /** True when the schema is that of a snapshot, which never had the columns that `except` names. Default false. */
  readonly isSnapshot?: boolean
  /** What is documented of events by their names; without it, none of them means anything. */
  readonly events?: EventCatalogue
  /** What is personal among the source's columns. Default: nothing is known to be. */
  readonly personal?: Personal
  /** How the control tables name rows. Default `plain`. */
  readonly auditKey?: AuditKey
  /** The largest message in bytes; a larger one is invalid. Default 32,000, the documented 32 KB read with care. */
  readonly maxMessageBytes?: number
}

/** One line of the inventory: which column goes where, and how. */
export interface MappedField {
  readonly column: string
  /** Its place in the message, for example `traits.address.city`. */
  readonly field: string
  readonly as?: As
  readonly mask?: Mask
  /** The tag that marks the column as personal in the source's catalog. */
  readonly tag?: string
}

/** A sync's mapping, compiled for one schema. */
export interface Mapping {
  /** The source columns it reads, without those of key, reject and hash. */
  readonly columns: readonly string[]
  /**
   * Those of them that a row's hash is made over, sorted: what the message says and whom it is about, but not its
   * partition, nor the time of a state.
   */
  readonly hashColumns: readonly string[]
  /** The names that stand in the traits of its messages, without one that is the identifier itself; none for events. */
  readonly traits: readonly string[]
  /** The inventory: every column that leaves, and where to. */
  readonly fields: readonly MappedField[]
  /** True when no two rows of a window can be about the same identity, because the identity is the key. */
  readonly oneMessagePerIdentity: boolean
  /** True when its messages touch more than one identity: they go one after the other. */
  readonly inOrder: boolean
  /** The event of every message, where it does not come from a column. */
  readonly eventName?: string
  /** What may not mean what it says: near misses, values that will be shortened. It stops nothing. */
  readonly warnings: readonly Problem[]
  /** What is sent, as canonical JSON text: the same for the same mapping, wherever the file's lines moved. */
  readonly text: string
  /** Hex SHA-256 of {@link text}. */
  readonly hash: string
  /**
   * Encodes rows `from … to - 1` (default: all) of a batch, found by column name. A row that cannot become a
   * message is in `invalid`. Throws SourceError `SCHEMA_CHANGED` when the batch does not fit the schema.
   */
  encode(batch: RecordBatch, from?: number, to?: number): MessageBlock
}

/**
 * Compiles a sync's mapping for the schema of its source. Throws InvalidFiles with every problem at once: columns
 * that are missing, types that cannot be sent, identifiers that do not identify.
 */
export function compile(sync: SyncSpec, schema: Schema, options: CompileOptions): Mapping {
  const { plan, encodeOptions, warnings } = prepare(sync, schema, options)
  return describe(sync, plan, warnings, createEncode(plan, encodeOptions), options.personal)
}

/** What both encoders start from: the checked plan and its options with the defaults applied. */
export function prepare(
  whole: SyncSpec,
  schema: Schema,
  options: CompileOptions,
): { plan: Plan; encodeOptions: EncodeOptions; warnings: readonly Problem[] } {
  const { keyColumn = '_key', rejectColumn = '_reject', hashColumn = '_hash' } = options
  const { idKeyColumn = '_id_key', personColumn = '_person' } = options
  const { maxMessageBytes = messageLimit, idSecret } = options
  const { auditKey = 'plain' } = options
  const hidden = auditKey === 'plain' ? {} : { idKeyColumn, personColumn }
  const own = [keyColumn, rejectColumn, hashColumn, ...Object.values(hidden)]
  const fields = schema.fields.filter(({ name }) => !own.includes(name))
  const columns = fields.map(({ name, type }) => ({ name, isTime: isTime(kindOf(type)) }))
  const sync = withoutAbsent(whole, columns)
  const resolved = planOf(sync.send, columns, sync.lock)
  const { plan, ...events } = withRules(sync, fields, resolved, options.events)
  const { problems, warnings } = problemsOf(sync, fields, plan, options.isSnapshot)
  const { personal = nothingPersonal, isSnapshot = false } = options
  const all = [
    ...problems,
    ...events.problems,
    ...personalProblems(sync, isSnapshot ? undefined : fields, plan, personal, auditKey),
  ]
  if (all.length > 0) throw new InvalidFiles(all)
  const { number, openedAt } = options.window
  const idParts = isEventCall(plan.call)
    ? ['event', sync.name]
    : ['state', sync.name, options.destination, String(number)]
  const kinds = kindsOf(schema)
  return {
    plan,
    warnings: [...warnings, ...events.warnings],
    encodeOptions: {
      keyColumn,
      rejectColumn,
      hashColumn,
      ...hidden,
      idSecret,
      idParts,
      openedAt,
      maxMessageBytes,
      kinds,
    },
  }
}

/** Puts a mapping together from its plan and its encoder. */
export function describe(
  sync: SyncSpec,
  plan: Plan,
  warnings: readonly Problem[],
  encode: Mapping['encode'],
  personal: Personal = nothingPersonal,
): Mapping {
  const text = canonicalText(plan)
  const [key, ...more] = sync.source.key
  return {
    columns: columnsOf(plan),
    hashColumns: hashColumnsOf(plan),
    traits: traitsOf(sync, plan),
    warnings,
    fields: inventory(plan, personal),
    oneMessagePerIdentity: hasOneEach(plan) && more.length === 0 && key === identityOf(plan),
    inOrder: plan.call === 'alias',
    ...(plan.event !== undefined && 'name' in plan.event && { eventName: plan.event.name }),
    text,
    hash: createHash('sha256').update(text).digest('hex'),
    encode,
  }
}

/** Calls of which a key makes one message; merges touch two people each. */
function hasOneEach({ call }: Plan): boolean {
  return !isEventCall(call) && call !== 'alias'
}

function identityOf({ userId, groupId, anonymousId }: Plan): string | undefined {
  return userId ?? groupId ?? anonymousId
}

/** Without its identifier among them: taking that away would leave a person nobody can name. */
function traitsOf({ send: { person } }: SyncSpec, plan: Plan): string[] {
  if (plan.body !== 'traits') return []
  const identifier = person === undefined ? undefined : person.id === undefined ? 'email' : 'id'
  return plan.members
    .filter(({ isAttribute, name }) => isAttribute && name !== identifier)
    .map(({ name }) => name)
}

function inventory(plan: Plan, personal: Personal): MappedField[] {
  const envelope = [
    { column: plan.userId, field: 'userId' },
    { column: plan.anonymousId, field: 'anonymousId' },
    { column: plan.groupId, field: 'groupId' },
    {
      column: plan.event && 'column' in plan.event ? plan.event.column : undefined,
      field: 'event',
    },
    { column: plan.at, field: 'timestamp' },
  ].flatMap(({ column, field }) => (column === undefined ? [] : [{ column, field }]))
  const payload = columnMembers(plan).map(({ field, value: { column, as, mask } }) => ({
    column,
    field,
    ...(as !== undefined && { as }),
    ...(mask !== undefined && { mask }),
  }))
  const tags = personal.kind === 'tagged' ? personal.columns : {}
  return [...envelope, ...payload].map((field) => {
    const tag = tags[field.column.toLowerCase()]
    return tag === undefined ? field : { ...field, tag }
  })
}
