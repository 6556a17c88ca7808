import type { AuditKey } from './audit-key.ts'
import type { Call } from './calls.ts'
import type { Place } from './problem.ts'
import type { Json } from './words.ts'

/*
 * What the user's files say, parsed, checked and frozen: made by config, read by every other room.
 */

/** How a DATE or TIMESTAMP column is written: seconds since the epoch, or ISO 8601 text in UTC. */
export type As = 'unix' | 'iso' | 'json' | 'text'

/** What to do with NULL: leave the field out, send null (Customer.io then removes the attribute), or refuse the row. */
export type Nulls = 'omit' | 'clear' | 'invalid'

/** How a personal value is made unreadable before it leaves. */
export type Mask = 'sha256' | 'sha256_lower' | 'redact'

/** One value of a payload: from a column, a constant, or an object of more fields. */
export type FieldSpec =
  | {
      readonly kind: 'column'
      readonly column: string
      readonly as?: As
      readonly nulls?: Nulls
      readonly mask?: Mask
      /** Left out where the source has no such column, instead of a mistake. */
      readonly optional?: true
      readonly path: Path
    }
  | { readonly kind: 'constant'; readonly value: Json; readonly path: Path }
  | { readonly kind: 'fields'; readonly fields: Fields; readonly path: Path }

/** Payload fields by their Customer.io name, in the order of the file. */
export type Fields = Readonly<Record<string, FieldSpec>>

/** Steps from the top of a sync file to a value, for messages that name the line. */
export type Path = readonly (string | number)[]

/** The columns that say who; at least one is set. `email` is sent as userId, as Customer.io allows. */
export interface PersonSpec {
  readonly id?: string
  readonly email?: string
  readonly anonymousId?: string
}

/** Every column that is not named elsewhere becomes a field of its own name. */
export interface ColumnsSpec {
  readonly all: true
  readonly except: readonly string[]
  /** Columns that the lock does not know are held back until it does. */
  readonly new?: 'hold'
}

/** An object of Customer.io: the column with its id, and the number of its type. */
export interface ObjectSpec {
  readonly column: string
  readonly type: number
}

/** A device of a person: columns, or a constant platform. Customer.io knows `ios` and `android`. */
export interface DeviceSpec {
  readonly token: string
  readonly platform?: FieldSpec
}

/** Whether somebody may be written to, by BOOLEAN columns: single preferences, so that the others stay as they are. */
export interface ConsentSpec {
  /** True blocks all e-mail, SMS, WhatsApp and push. */
  readonly unsubscribed?: FieldSpec
  /** By the number of the topic. */
  readonly topics: Fields
  /** By the name of the channel. */
  readonly channels: Fields
}

/** What to do with what Customer.io would cut off or drop: refuse it, send it all the same, or shorten it. */
export type LimitPolicy = 'error' | 'warn' | 'truncate'

/** The limits of what is stored, each with what to do over it; those of a message, its ids and a request can't be bent. */
export interface LimitsSpec {
  /** The name of an attribute: 150 bytes. */
  readonly attributeNames: LimitPolicy
  /** The value of an attribute: 1000 bytes. */
  readonly attributeValues: LimitPolicy
  /** Attributes of one message: 300. */
  readonly attributeCount: LimitPolicy
  /** The name of an event: 100 bytes. */
  readonly eventNames: LimitPolicy
}

/** What every row becomes: one call, and the columns it is made of. Which parts there are depends on the call. */
export interface SendSpec {
  readonly call: Call
  readonly to: RouteSpec
  readonly partition?: { readonly by: string }
  readonly nulls: Nulls
  /** Whom it is about; `keep` of an alias. */
  readonly person?: PersonSpec
  /** Alias only: who goes up in the person. */
  readonly merge?: PersonSpec
  readonly object?: ObjectSpec
  readonly device?: DeviceSpec
  /** Track only. */
  readonly event?:
    | { readonly name: string }
    | { readonly column: string; readonly allow: readonly string[] }
  /** Page and screen only. */
  readonly name?: FieldSpec
  /** The column with the message's time; events always have one. */
  readonly at?: string
  /** Traits, properties or attributes, as {@link fieldsName} says. */
  readonly fields: Fields
  readonly columns?: ColumnsSpec
  readonly consent?: ConsentSpec
  readonly context?: Fields
  readonly integrations?: Readonly<Record<string, boolean>>
  readonly limits: LimitsSpec
  /** Properties that override settings of campaigns and are sent all the same. */
  readonly allow: readonly string[]
  /** Columns with personal data that leave as they are: all of them, or these. */
  readonly allowPii?: true | readonly string[]
}

/** Where the rows of a sync go: one destination, or one per value of a column. */
export type RouteSpec =
  | { readonly kind: 'one'; readonly destination: string }
  | {
      readonly kind: 'by'
      readonly column: string
      readonly routes: Readonly<Record<string, string>>
      readonly else: string | 'invalid'
      /** What happens to a key whose route changed: nothing goes until somebody decides, or both ends are served. */
      readonly moved: Moved
    }

/** A key that goes to another destination than before: stop, delete it at the old one, or leave it there too. */
export type Moved = 'stop' | 'delete_old' | 'keep_both'

/**
 * Where to look for changes. It never decides what is sent: the rows at the pinned end and the ledger do. `auto` reads
 * the change feed where it works and compares everything elsewhere; `full` sends every row of a state call, each time.
 */
export type ChangesSpec =
  | { readonly kind: 'auto' | 'feed' | 'diff' | 'full' }
  | {
      readonly kind: 'cursor'
      /** Rows from the last value of this column on are looked at, and those without one. */
      readonly column: string
      /** Goes so far back behind the last value, in ms; 0 for a column that is no time. */
      readonly lagMs: number
    }

/** What happens at Customer.io when a row is gone from the source. */
export type OnDelete = 'ignore' | 'clear' | 'delete' | 'suppress'

/** What stops a run before its first request (the last one: while it sends). */
export interface BrakesSpec {
  /** A source without a row although there was something before. */
  readonly emptySource: 'stop' | 'allow'
  /** Messages of one window. */
  readonly maxRows?: number
  /** Deletions, as a percentage of the keys that are in Customer.io. */
  readonly maxDeletePercent: number
  /** Messages of one window, as a multiple of the median of the windows before it; 0 is off. */
  readonly maxChangeFactor: number
  /** Whether the first window of more than a thousand messages asks for a confirmation. */
  readonly firstRun: 'confirm' | 'allow'
  /** Rejected messages, as a percentage of those answered. */
  readonly maxFailedPercent: number
}

/** How carefully a changed mapping begins. */
export interface CanarySpec {
  /** Messages of one window at most. */
  readonly rows: number
  /** How long, from the first window that sent under it, in ms. */
  readonly holdMs: number
}

/** What is asked of the pinned source before anything is sent. */
export interface ChecksSpec {
  /** No two rows share a key. */
  readonly unique: boolean
  /** Columns without a NULL. */
  readonly notNull: readonly string[]
  /** The newest value of a time column is no older than this, in ms. */
  readonly fresh?: { readonly column: string; readonly withinMs: number }
}

/** What is read: one Delta table, or a query over several. */
export interface SourceSpec {
  readonly from: { readonly table: string } | { readonly query: string }
  /** Columns that name a row; at least one. */
  readonly key: readonly string[]
  readonly changes: ChangesSpec
  /** Events only: from when on rows are sent. `all`, `now`, or an ISO date. */
  readonly start?: string
  /** How the control tables name rows; absent where what the key holds decides. */
  readonly auditKey?: AuditKey
  /** How long a source that was just emptied may stay so before that is taken for the truth, in ms. */
  readonly settleMs: number
}

/** A test of a sync file: rows in, messages expected (a subset of each). */
export interface SyncTest {
  readonly name: string
  readonly given: readonly Readonly<Record<string, Json>>[]
  readonly expect: readonly Json[]
  readonly path: Path
}

/** What the built-in sync of the outbox table lets through. */
export interface OutboxSpec {
  /** Whether rows may ask for what can't be taken back. */
  readonly irreversible: boolean
  /** Numbers of object types by name. */
  readonly objectTypes: Readonly<Record<string, number>>
}

/** What a source looked like when somebody looked: SQL types and tags of its columns. */
export interface LockSpec {
  /** SQL type by column, in the order of the source. */
  readonly columns: Readonly<Record<string, string>>
  /** Tag of those that are tagged as personal. */
  readonly personal: Readonly<Record<string, string>>
}

/** One sync file. */
export interface SyncSpec {
  readonly name: string
  /** The name it had before; what is known under that one goes on to count. */
  readonly renamedFrom?: string
  readonly owner?: string
  readonly file: string
  readonly source: SourceSpec
  readonly send: SendSpec
  readonly onDelete: OnDelete
  readonly brakes: BrakesSpec
  readonly checks: ChecksSpec
  /** Absent where a changed mapping begins with all its rows. */
  readonly canary?: CanarySpec
  readonly keepPayload: boolean
  /** Set for the built-in sync alone: its rows are calls of their own, `send` says only where they go. */
  readonly outbox?: OutboxSpec
  readonly tests: readonly SyncTest[]
  /** What its source looked like last; absent where nobody locked it. */
  readonly lock?: LockSpec
  /** The place of a value in the file (of its nearest parent when it is not there itself). */
  readonly at: (path: Path) => Place
}
