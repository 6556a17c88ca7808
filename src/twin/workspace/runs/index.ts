export { openRuns, type Runs, type TaskMeans } from './runs.ts'
