export { databricksYml } from './databricks-yml.ts'
export { type NewProject, projectFiles } from './files.ts'
export { sampleColumns, sampleTests } from './sample.ts'
export { type NewSync, syncText } from './sync-text.ts'
