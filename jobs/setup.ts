// The job task that creates what is missing of the control schema: bundles have no resource for tables.
import { runCli } from '../src/cli/index.ts'

await runCli(['setup', ...process.argv.slice(2)])
