export { periodMs } from './duration.ts'
export { jsonSchemas } from './json-schemas.ts'
export { loadProject } from './load.ts'
export { readSettings, type Settings } from './settings.ts'
