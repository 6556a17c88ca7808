export { type Erased, type EraseOptions, erase, type FailedStep } from './erase.ts'
export { erasedExitCode, erasedText } from './erased-text.ts'
