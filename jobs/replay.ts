// The job task that counts dead letters, or sends their rows as they are now.
import { runTask } from '../src/cli/index.ts'

await runTask('replay', ['--stop-with-stdin', ...process.argv.slice(2)])
