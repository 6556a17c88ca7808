export { runCli } from './cli.ts'
export { runSliceTask, runTask } from './run-task.ts'
