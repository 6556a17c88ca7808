export { type Drift, driftOf } from './drift.ts'
export { bundleFiles } from './files.ts'
export type { GrantedProject } from './grants.ts'
export { type TaskKind, type TaskWords, taskWords } from './task-words.ts'
