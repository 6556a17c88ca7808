// The job task that checks all that a run needs, as the identity and from the network that runs have.
import { runCli } from '../src/cli/index.ts'

await runCli(['doctor', ...process.argv.slice(2)])
