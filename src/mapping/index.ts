export { type EventFinding, eventFindings } from './check-events.ts'
export {
  type DeletionKind,
  type DeletionOptions,
  encodeDeletions,
  type GoneRow,
} from './deletions.ts'
export { type CompileOptions, compile, type MappedField, type Mapping } from './mapping.ts'
export { runTests, type TestResult } from './run-tests.ts'
