import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

const { stdout: python } = spawnSync(
  'python3',
  ['-c', 'import sys; print(sys.executable, end="")'],
  {
    encoding: 'utf8',
  },
)

/** Whether the launcher can be run and looked at here: there is a Python, and `/proc`. */
export const canLaunch = Boolean(python) && existsSync('/proc/self/environ')

/** What to add to the name of a suite that needs a launcher. */
export const orSkipped = canLaunch ? '' : ' (skipped: there is no python3, or no /proc)'

/** Path of the launcher. */
export const launcherFile = fileURLToPath(new URL('../../jobs/launcher.py', import.meta.url))

/** The launcher while it runs, and in the end its exit code and all that it wrote. */
export interface Launched {
  readonly child: ChildProcess
  readonly ended: Promise<{ readonly code: number | null; readonly text: string }>
}

/**
 * Runs a Python program with the words, in an environment of nothing else than what is given. The program finds the
 * launcher's folder on its path, and stands in for what a Databricks task has: a workspace, and dbutils.
 */
export function launch(
  program: string,
  words: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Launched {
  const child = spawn(python, ['-B', '-c', program, ...words], {
    env: { ...environment, PYTHONPATH: dirname(launcherFile) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (data) => (text += data))
  }
  const ended = new Promise<{ code: number | null; text: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, text }))
  })
  return { child, ended }
}
