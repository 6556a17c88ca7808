import { controlOf } from './control.ts'
import { insertOnce } from './insert-once.ts'
import type { Sql } from './ports.ts'
import { quality } from './state-tables.ts'

/** What one check found. */
export interface CheckFinding {
  /** The check, as the sync file names it. */
  readonly name: string
  readonly passed: boolean
  /** Rows that broke it, where rows can. */
  readonly failedRows?: number
  /** Our own words, never a value of a row. */
  readonly text: string
}

/** The checks of one window, made together. */
export interface CheckedWindow {
  /** The window; where a check kept it from being opened, the one that would have been. */
  readonly windowId: string
  readonly sync: string
  readonly destination: string
  readonly checkedAt: Date
  readonly results: readonly CheckFinding[]
}

/** What checks found, in one control schema. */
export interface Quality {
  /** Writes down what the checks of a window found. Can be repeated; checks made anew get rows of their own. */
  record(checked: CheckedWindow): Promise<void>
}

/** The results of checks in `control` (catalog and schema). */
export function qualityIn(sql: Sql, control: string): Quality {
  const table = controlOf(control).name(quality.name)
  return {
    async record({ windowId, sync, destination, checkedAt, results }) {
      for (const { name, passed, failedRows, text } of results) {
        await insertOnce(sql, table, quality, ['window_id', 'check_name', 'checked_at'], {
          window_id: windowId,
          sync,
          destination,
          check_name: name,
          passed: passed ? 1 : 0,
          failed_rows: failedRows ?? null,
          details: text,
          checked_at: checkedAt,
        })
      }
    },
  }
}
