// The job task that compares a source with what is known of it, or has the next run take up what is missing.
import { runTask } from '../src/cli/index.ts'

await runTask('reconcile', ['--stop-with-stdin', ...process.argv.slice(2)])
