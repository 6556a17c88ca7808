// The job task that forgets people who asked for it. Parameters: --confirm and --target; who, only by the table of requests.
import { runCli } from '../src/cli/index.ts'

await runCli(['erase', '--stop-with-stdin', ...process.argv.slice(2)])
