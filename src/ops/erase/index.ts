export { type Erased, type EraseOptions, erase } from './erase.ts'
export { erasedExitCode, erasedText } from './erased-text.ts'
export type { FailedStep } from './steps.ts'
