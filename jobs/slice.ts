// The job tasks of a window that is sent in slices. Parameters: plan, run or settle, and whatever else `slice` takes.
import { runCli } from '../src/cli/index.ts'

await runCli(['slice', ...process.argv.slice(2), '--stop-with-stdin'])
