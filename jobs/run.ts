// The job task that runs syncs. Parameters: names of syncs or --all, --target, and whatever else `run` takes.
import { runCli } from '../src/cli/index.ts'

await runCli(['run', '--stop-with-stdin', ...process.argv.slice(2)])
