export { auditKeyFor, deletionOf, formByContent, needsKey } from './audit-key.ts'
export { deadLetterStatement } from './by-hand-statements.ts'
export { type NamedTables, tablesOf } from './catalogs.ts'
export { deletionCalls, isEvent, type RowClass } from './classes.ts'
export { missingColumns } from './columns.ts'
export {
  hashKey,
  identifierHash,
  identifierText,
  namingColumns,
  type Tombstones,
  tombstoneRelation,
} from './erased.ts'
export {
  type Hashed,
  hashedKey,
  hashedOf,
  hashKeyName,
  refuseOtherHashKey,
} from './hashed.ts'
export {
  fateStatement,
  isPerson,
  keyRowsStatement,
  keyStatement,
  numbered,
  type PersonSearch,
  personStatement,
  routesStatement,
} from './key-statements.ts'
export {
  type ColumnTypes,
  destinationsOf,
  hashColumn,
  identityExpression,
  idKeyColumn,
  keyColumn,
  keyExpression,
  personColumn,
  rejectColumn,
} from './keys.ts'
export { type LastChange, lastChange } from './last-change.ts'
export { cutBetween } from './limit.ts'
export { lockedSchema } from './locked-schema.ts'
export { type LookFrom, type Looking, lookFor, withoutFeed } from './look.ts'
export { personalIn } from './personal.ts'
export {
  checkPin,
  isDelta,
  type Pin,
  pinned,
  pinSnapshot,
  pinTable,
  unpinned,
  youngVersion,
} from './pin.ts'
export {
  changedColumnsStatement,
  changedRowsStatement,
  deletionSampleStatement,
  type EarlierRows,
  remappedStatement,
  rowSampleStatement,
  sendingStatement,
} from './plan-statements.ts'
export { parametersOf, relationOf, type WindowQuery } from './query.ts'
export { type ReadOptions, readToSpool } from './read.ts'
export {
  type Discrepancy,
  discrepancies,
  discrepancyCounts,
  discrepancySample,
  problems,
  unlearnedWindows,
} from './reconcile-statements.ts'
export type { HashedColumns } from './row-hash.ts'
export { sourceSchema, sqlTypes } from './schema.ts'
export {
  type HashRange,
  hashRange,
  inRange,
  type KeyPick,
  type Look,
  partsOf,
  readScope,
  type Scope,
  type WindowLimit,
  wholeRange,
} from './scope.ts'
export { type Spool, type SpoolOptions, spool } from './spool.ts'
export {
  adoptionRelation,
  countStatement,
  cutStatement,
  deletionStatement,
  previewStatement,
  type ReadStatement,
  readStatement,
  remainingStatement,
} from './statements.ts'
export { type TypeParts, typeParts } from './type-parts.ts'
