export type { WarehouseStatus } from './inquiries.ts'
export { quoteName, quoteTable, quoteText, splitTable } from './names.ts'
export type {
  ArrowPage,
  SqlParameters,
  SqlRow,
  SqlValue,
  TokenSource,
  Warehouse,
} from './ports.ts'
export { openWarehouse, type SessionLimits } from './session.ts'
export type { Credentials } from './token.ts'
export type { VolumeFile, VolumeFiles } from './volume-files.ts'
export { openWorkspace, type Workspace } from './workspace.ts'
