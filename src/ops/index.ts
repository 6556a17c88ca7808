export { type Preview, preview, withoutValues } from './preview.ts'
export { setup } from './setup.ts'
export { runSummary, table } from './summary.ts'
export { type SyncCheck, validateAgainstSources } from './validate.ts'
