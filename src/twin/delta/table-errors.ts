import { DeltaError } from './errors.ts'
import type { TableName } from './model.ts'
import { fullName } from './names.ts'

/** A name that is taken. */
export function alreadyThere(name: TableName): DeltaError {
  return new DeltaError(
    'TABLE_OR_VIEW_ALREADY_EXISTS',
    `Cannot create table or view ${fullName(name)} because it already exists. Choose another name, drop it, or use IF NOT EXISTS or CREATE OR REPLACE.`,
    { table: fullName(name) },
  )
}

/** A name that no table has. */
export function notThere(name: TableName): DeltaError {
  return new DeltaError(
    'TABLE_OR_VIEW_NOT_FOUND',
    `The table ${fullName(name)} cannot be found. Check its name.`,
    { table: fullName(name) },
  )
}
