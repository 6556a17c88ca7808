// The job task that prints what became of the rows of the newest windows.
import { runCli } from '../src/cli/index.ts'

await runCli(['report', ...process.argv.slice(2)])
