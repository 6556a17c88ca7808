export { type Ended, type Ends, openEnds } from './ends.ts'
export { type Guide, parseGuide, type Step } from './parse.ts'
export { readGuides } from './read.ts'
export { differenceText, runStep, type StepResult } from './run.ts'
