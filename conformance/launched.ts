import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'

/** The launcher as Databricks starts it, and in the end its exit code and every word of it. */
export interface Launched {
  readonly pid: number
  kill(): void
  readonly ended: Promise<{ readonly code: number | null; readonly text: string }>
}

/** Starts a launcher as a script, with an environment of nothing else than what is given. */
export function launch(
  python: string,
  words: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Launched {
  const child = spawn(python, words, {
    env: { HOME: process.env.HOME, PYTHONDONTWRITEBYTECODE: '1', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (data) => (text += data))
  }
  return {
    pid: child.pid ?? 0,
    kill: () => child.kill('SIGKILL'),
    ended: new Promise((done) => child.on('close', (code) => done({ code, text }))),
  }
}

/** The process id of the job that a launcher has started, once it has. */
export async function jobOf({ pid }: Launched): Promise<number> {
  return until(() => {
    const children = read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean)
    return children.map(Number).find((child) => commandLine(child).includes('job.mjs'))
  })
}

/** The command line and the environment of a process, as anybody of its user can read them. */
export function seenOf(pid: number): string {
  return commandLine(pid) + read(`/proc/${pid}/environ`)
}

/** Waits until a process is not there any more. */
export async function gone(pid: number): Promise<true> {
  return until(() => (!existsSync(`/proc/${pid}`) || commandLine(pid) === '' ? true : undefined))
}

/** Looks every 20 ms until there is something; fails after a minute. */
export async function until<T>(look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  const end = Date.now() + 60_000
  for (;;) {
    const found = await look()
    if (found !== undefined) return found
    if (Date.now() > end) throw new Error('it did not come true within a minute')
    await new Promise((done) => setTimeout(done, 20))
  }
}

function commandLine(pid: number): string {
  return read(`/proc/${pid}/cmdline`)
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
