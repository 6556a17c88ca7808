import type { Readable } from 'node:stream'
import { codesOf, isError, SyncError } from '../core/index.ts'
import { announceForPrograms, announceForShell } from './announce.ts'
import { readArguments } from './arguments.ts'
import type { TwinOptions } from './options.ts'
import type { Twin } from './twin.ts'

/** What the command touches outside of itself. */
export interface CommandParts {
  readonly start: (options: TwinOptions) => Promise<Twin>
  readonly write: (text: string) => void
  readonly writeError: (text: string) => void
  /** Standard input when it is a pipe. */
  readonly stdin: Readable | undefined
  /** Aborts when the process is asked to stop. */
  readonly stop: AbortSignal
}

/**
 * The command `twin`: starts one, says where it is, and stays until it is asked to stop or, with
 * `--stop-with-stdin`, the pipe on standard input ends. Returns the exit code; every failure is one sentence.
 */
export async function runCommand(args: readonly string[], parts: CommandParts): Promise<number> {
  try {
    const read = await readArguments(args)
    if (typeof read === 'string') {
      parts.write(read)
      return 0
    }
    const ended = read.stopWithStdin ? endOf(parts.stdin) : undefined
    const twin = await parts.start(read.twin)
    try {
      parts.write(read.json ? announceForPrograms(twin) : announceForShell(twin))
      await Promise.race([aborted(parts.stop), ...(ended === undefined ? [] : [ended])])
    } finally {
      await twin.close()
    }
    return 0
  } catch (error) {
    parts.writeError(`${explain(error)}\n`)
    return error instanceof SyncError ? error.exitCode : 1
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

function endOf(stdin: Readable | undefined): Promise<void> | undefined {
  if (stdin === undefined) return undefined
  return new Promise((resolve) => {
    stdin.on('end', resolve).on('error', resolve).resume()
  })
}

function explain(error: unknown): string {
  const message = isError(error) ? error.message : String(error)
  if (error instanceof SyncError) return `${error.code}: ${message}`
  if (codesOf(error).includes('ERR_MODULE_NOT_FOUND') && message.includes('@duckdb/node-api')) {
    return 'DUCKDB_MISSING: The twin needs DuckDB, which is not installed with the package. Run: npm install --save-dev @duckdb/node-api@1.5.6-r.1'
  }
  return `TWIN_FAILED: ${message}`
}
