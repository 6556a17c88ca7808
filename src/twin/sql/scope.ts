import type { TableName } from '../delta/index.ts'
import type { Cursor } from './cursor.ts'
import type { Defaults } from './names.ts'
import type { Parameters } from './parameters.ts'

/** A state of a table as a statement names it; the texts are DuckDB expressions. */
export type Pin = { readonly version: string } | { readonly timestamp: string }

/** A relation outside the statement: it is bound to a private view before the statement runs. */
export type Relation =
  | { readonly kind: 'table'; readonly name: TableName; readonly pin?: Pin }
  | {
      readonly kind: 'changes'
      readonly name: TableName
      readonly from: string
      readonly to?: string
    }
  | { readonly kind: 'history'; readonly name: TableName; readonly limit?: number }
  | { readonly kind: 'column-tags'; readonly catalog: string }
  | { readonly kind: 'files'; readonly path: string }

/** A relation with the name of its private view. */
export interface Bound {
  readonly view: string
  readonly relation: Relation
}

/** A table name in a statement's own text, for texts that must outlive the session's defaults. */
export interface Mention {
  readonly start: number
  readonly end: number
  readonly name: TableName
}

/** What the translation of one statement knows and gathers. */
export interface Scope {
  readonly defaults: Defaults
  readonly parameters: Parameters
  /** When the statement started: what `current_timestamp()` says, in milliseconds since the epoch. */
  readonly nowMs: number
  readonly user: string
  /** What the names of private views begin with. */
  readonly prefix: string
  /** How many queries stand around this place. */
  readonly depth: number
  /** Relations met so far. */
  readonly relations: Bound[]
  readonly mentions: Mention[]
  /** Names of common table expressions in sight, innermost last, in lower case. */
  readonly ctes: readonly string[]
  /** Lambda parameters in sight, in lower case, and the expressions they stand for. */
  readonly lambdas: ReadonlyMap<string, string>
  /** In COPY INTO: a path may stand after FROM, and `*` leaves out this column, the metadata of files. */
  readonly hiddenColumn?: string
  /** Translates the query at the cursor; handed in, because expressions and queries hold each other. */
  readonly query: (cursor: Cursor, scope: Scope) => string
}

/** Notes a relation and gives the name of its private view. */
export function bindRelation(scope: Scope, relation: Relation): string {
  const view = `${scope.prefix}_${scope.relations.length}`
  scope.relations.push({ view, relation })
  return view
}
