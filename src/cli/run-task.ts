import { resolve } from 'node:path'
import yargs from 'yargs'
import { type TaskKind, taskWords } from '../bundle/index.ts'
import { loadProject } from '../config/index.ts'
import { isError, redact, SyncError } from '../core/index.ts'
import { runCli } from './cli.ts'

/**
 * Runs the task of a job: what it was started with, parameters of the job among it, becomes one command line. A task that
 * has nothing to do says so and ends well.
 */
export async function runTask(kind: TaskKind, argv: readonly string[]): Promise<void> {
  const words = wordsOf(kind, argv)
  if (words === undefined) return
  await runCli(words)
}

const sliceParts = ['plan', 'run', 'settle'] as const
const isSlicePart = (word: string): word is (typeof sliceParts)[number] =>
  sliceParts.some((part) => part === word)

/** The same for a window in slices; the first of plan, run and settle among the words says which task it is. */
export async function runSliceTask(argv: readonly string[]): Promise<void> {
  const part = argv.find(isSlicePart)
  if (part === undefined) return runCli(['slice', ...argv])
  const at = argv.indexOf(part)
  await runTask(`slice ${part}`, [...argv.slice(0, at), ...argv.slice(at + 1)])
}

function wordsOf(kind: TaskKind, argv: readonly string[]): readonly string[] | undefined {
  try {
    const task = taskWords(kind, argv, (job) => syncsOf(argv, job))
    if (task.kind === 'command') return task.words
    process.stdout.write(`${task.because}\n`)
  } catch (error) {
    if (!(error instanceof SyncError)) throw error
    process.stderr.write(`error ${error.code}: ${redact(isError(error) ? error.message : '')}\n`)
    process.exitCode = error.exitCode
  }
  return undefined
}

/** The syncs of a job of the project that the task was started in; all of them when no job is named. */
function syncsOf(argv: readonly string[], job: string | undefined): readonly string[] {
  const { project, target } = yargs([...argv])
    .option('project', { type: 'string', default: '.' })
    .option('target', { type: 'string' })
    .help(false)
    .version(false)
    .parseSync()
  const { jobs, syncs } = loadProject(resolve(project), target)
  return jobs.find(({ name }) => name === job)?.syncs ?? syncs.map(({ name }) => name)
}
