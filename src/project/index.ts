export { type NewProject, projectFiles } from './files.ts'
export { sampleColumns } from './sample.ts'
export { type NewSync, syncText } from './sync-text.ts'
