export { missingColumns } from './columns.ts'
export { checkPin, type Pin, pinned, pinSnapshot, pinTable } from './pin.ts'
export { type ReadOptions, readToSpool } from './read.ts'
export { sourceSchema, sqlTypes } from './schema.ts'
export { type Spool, type SpoolOptions, spool } from './spool.ts'
export {
  countStatement,
  destinationsOf,
  keyColumn,
  keyExpression,
  previewStatement,
  readStatement,
  rejectColumn,
  type WindowQuery,
} from './statements.ts'
