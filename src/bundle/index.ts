export { type Drift, driftOf } from './drift.ts'
export { bundleFiles } from './files.ts'
export type { GrantedProject } from './grants.ts'
export type { TaskKind } from './modes.ts'
export {
  type Asking,
  accountQuestion,
  deadLettersQuestion,
  freshnessQuestion,
  latencyQuestion,
  messagesQuestion,
  runsQuestion,
} from './questions.ts'
export { type TaskWords, taskWords } from './task-words.ts'
export { undeclaredVariables } from './undeclared.ts'
