export type { Catalogs } from './catalogs.ts'
export { type Deployed, openDeployed } from './deployed.ts'
export { idOf, type Jobs, openJobs } from './jobs.ts'
export { openResources } from './resources.ts'
