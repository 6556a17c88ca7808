// The job task that keeps the control tables small.
import { runTask } from '../src/cli/index.ts'

await runTask('maintain', process.argv.slice(2))
