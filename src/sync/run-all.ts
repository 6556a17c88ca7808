import { isError, RunStopped, redact, SyncError, type SyncSpec } from '../core/index.ts'
import { destinationsOf } from '../source/index.ts'
import type { Parts } from './parts.ts'
import { type RunOptions, type RunReport, runWindow } from './run.ts'

/** How the run of one sync and destination ended: with a report or with an error, or it did not start. */
export type RunEnding =
  | { readonly kind: 'finished'; readonly report: RunReport }
  | {
      readonly kind: 'failed'
      readonly sync: string
      readonly destination: string
      readonly code: string
      readonly exitCode: number
      readonly message: string
    }
  | {
      readonly kind: 'skipped'
      readonly sync: string
      readonly destination: string
      readonly because: string
    }

/**
 * Runs syncs one after the other, each for all its destinations side by side. One that fails holds up nothing but
 * the syncs that come `after` it; a signal ends all of them.
 */
export async function runAll(
  parts: Parts,
  syncs: readonly SyncSpec[],
  options: RunOptions = {},
): Promise<RunEnding[]> {
  const endings: RunEnding[] = []
  const broken = new Set<string>()
  for (const sync of syncs) {
    const blocker = waitsFor(parts, sync).find((name) => broken.has(name))
    const ended = await Promise.all(
      destinationsOf(sync.send.to).map(async (destination): Promise<RunEnding> => {
        const skip = (because: string): RunEnding => ({
          kind: 'skipped',
          sync: sync.name,
          destination,
          because,
        })
        if (options.signal?.aborted) return skip('the run was asked to stop')
        if (blocker !== undefined) return skip(`${blocker} did not finish`)
        return runOne(parts, sync, destination, options)
      }),
    )
    if (ended.some((ending) => ending.kind !== 'finished')) broken.add(sync.name)
    endings.push(...ended)
  }
  return endings
}

async function runOne(
  parts: Parts,
  sync: SyncSpec,
  destination: string,
  options: RunOptions,
): Promise<RunEnding> {
  try {
    const report = await measuredRun(parts, sync, destination, () =>
      runWindow(parts, sync, destination, options),
    )
    return { kind: 'finished', report }
  } catch (thrown) {
    return failedRun(sync, destination, thrown, options.signal)
  }
}

/** A run as one trace, and what it did as counters. */
function measuredRun(
  parts: Parts,
  { name }: SyncSpec,
  destination: string,
  work: () => Promise<RunReport>,
): Promise<RunReport> {
  const { telemetry } = parts
  const about = { sync: name, destination }
  return telemetry.span('run', about, async (span) => {
    const report = await work()
    const { account, sent, windowId, runId, resumed, times } = report
    span.set({
      window: windowId,
      run: runId,
      resumed,
      rows: account.rows,
      pending: account.pending,
    })
    for (const outcome of ['delivered', 'invalid', 'rejected', 'undelivered'] as const)
      telemetry.count('customerio_jobs.messages', '{message}', sent[outcome], {
        ...about,
        outcome,
      })
    telemetry.count('customerio_jobs.requests', '{request}', sent.requests, about)
    for (const [step, ms] of Object.entries(times))
      telemetry.count('customerio_jobs.step.duration', 'ms', ms, { ...about, step })
    return report
  })
}

/** What failed, in words that may be shown anywhere. */
export function failedRun(
  { name }: Pick<SyncSpec, 'name'>,
  destination: string,
  thrown: unknown,
  signal?: AbortSignal,
): Extract<RunEnding, { readonly kind: 'failed' }> {
  const error = signal?.aborted && !(thrown instanceof SyncError) ? stopped(thrown) : thrown
  return {
    kind: 'failed',
    sync: name,
    destination,
    code: error instanceof SyncError ? error.code : 'UNEXPECTED',
    exitCode: error instanceof SyncError ? error.exitCode : 1,
    message: redact(isError(error) ? error.message : String(error)),
  }
}

function stopped(cause: unknown): RunStopped {
  return new RunStopped('the run was asked to stop; the same command goes on where it left off', {
    cause,
  })
}

function waitsFor(parts: Parts, sync: SyncSpec): string[] {
  return parts.project.jobs.flatMap((job) => job.after[sync.name] ?? [])
}

/** The exit code of a whole command: 0, or that of the first run that did not finish. */
export function exitCodeOf(
  endings: readonly (
    | { readonly kind: 'finished' }
    | Exclude<RunEnding, { readonly kind: 'finished' }>
  )[],
): number {
  const failed = endings.find((ending) => ending.kind === 'failed')
  if (failed !== undefined) return failed.exitCode
  return endings.some((ending) => ending.kind === 'skipped') ? 7 : 0
}
