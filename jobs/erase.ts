// The job task that forgets people who asked for it; who, only the table of requests says.
import { runTask } from '../src/cli/index.ts'

await runTask('erase', ['--stop-with-stdin', ...process.argv.slice(2)])
