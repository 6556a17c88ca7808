import type { Window } from '../audit/index.ts'
import type { SyncSpec } from '../core/index.ts'
import type { Mapping } from '../mapping/index.ts'
import type { Scope, WindowQuery } from '../source/index.ts'
import type { SqlParameters } from '../warehouse/index.ts'

/** A window that is written down, with everything an attempt at it needs. */
export interface OpenedWindow {
  readonly window: Window
  /** The sync as its file stood when the window was opened. */
  readonly sync: SyncSpec
  readonly scope: Scope
  readonly mapping: Mapping
  readonly query: WindowQuery
  /** Parameters that the window's statements share. */
  readonly parameters: SqlParameters
  /** True when an earlier attempt left it open: what it decided is not sent again. */
  readonly resumed: boolean
}
