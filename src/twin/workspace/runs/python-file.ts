import { spawn } from 'node:child_process'
import { type Clock, isError } from '../../../core/index.ts'
import { createTail } from './tail.ts'

/** How one attempt at a Python file is made. */
export interface PythonFile {
  readonly python: string
  readonly file: string
  readonly parameters: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly folder: string
  /** None without. */
  readonly timeoutMs: number | undefined
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** What became of an attempt, and what it printed. */
export interface Attempt {
  readonly result: 'SUCCESS' | 'FAILED' | 'TIMEDOUT' | 'CANCELED'
  /** The last 5 MB of standard output. */
  readonly logs: string
  readonly isTruncated: boolean
  /** The last line of standard error, where it failed. */
  readonly error?: string
  /** Standard error, likewise. */
  readonly trace?: string
}

const keptBytes = 5_000_000

/** Runs a Python file to its end. A timeout or the signal kills it at once, without a warning. */
export async function runPython(file: PythonFile): Promise<Attempt> {
  const { python, parameters, environment, folder: cwd, timeoutMs, clock, signal } = file
  const [logs, errors] = [createTail(keptBytes), createTail(keptBytes)]
  const child = spawn(python, [file.file, ...parameters], {
    cwd,
    env: environment,
    // A group of its own, so that all of it can be killed.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  child.stdout.on('data', (chunk: Buffer) => logs.add(chunk))
  child.stderr.on('data', (chunk: Buffer) => errors.add(chunk))
  const ended = new Promise<number | null>((resolve) => {
    child.on('error', (error) => {
      errors.add(Buffer.from(`${isError(error) ? error.message : error}\n`))
      resolve(null)
    })
    child.on('close', resolve)
  })
  const over = new AbortController()
  const isLate = timeoutMs === undefined ? undefined : late(clock, timeoutMs, over.signal)
  const stopped = new Promise<'CANCELED'>((resolve) => {
    if (signal.aborted) resolve('CANCELED')
    signal.addEventListener('abort', () => resolve('CANCELED'), { signal: over.signal })
  })
  const first = await Promise.race([ended, stopped, ...(isLate === undefined ? [] : [isLate])])
  over.abort()
  const output = () => ({ logs: logs.text(), isTruncated: logs.isTruncated() })
  if (typeof first === 'string') {
    if (child.pid !== undefined) kill(child.pid)
    await ended
    return { result: first, ...output() }
  }
  if (first === 0) return { result: 'SUCCESS', ...output() }
  const trace = errors.text()
  const error = trace.trimEnd().split('\n').at(-1) || `Python ended with ${first}`
  return { result: 'FAILED', ...output(), error, trace }
}

async function late(clock: Clock, ms: number, over: AbortSignal): Promise<'TIMEDOUT'> {
  try {
    await clock.sleep(ms, over)
  } catch {
    // It ended in time: nobody listens any more.
  }
  return 'TIMEDOUT'
}

function kill(group: number): void {
  try {
    process.kill(-group, 'SIGKILL')
  } catch {
    // It ended by itself in this instant.
  }
}
