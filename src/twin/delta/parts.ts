import type { Clock } from '../../core/index.ts'
import type { TableLog } from './log.ts'
import type { TableName } from './model.ts'

/** What a table is made of; handed to every operation on it. */
export interface TableParts {
  readonly name: TableName
  readonly folder: string
  readonly log: TableLog
  readonly clock: Clock
}
