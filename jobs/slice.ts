// The job tasks of a window that is sent in slices. Parameters: plan, run or settle, and whatever else `slice` takes.
import { runSliceTask } from '../src/cli/index.ts'

await runSliceTask(['--stop-with-stdin', ...process.argv.slice(2)])
