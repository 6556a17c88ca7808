// The job task of a sync: runs it, says what a run would do, or sends its dead letters again, as the parameter `mode` says.
// Words of a command line are passed on: names of syncs, --all, and whatever else `run` takes.
import { runTask } from '../src/cli/index.ts'

await runTask('run', ['--stop-with-stdin', ...process.argv.slice(2)])
