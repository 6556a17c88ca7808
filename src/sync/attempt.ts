import {
  controlOf,
  createRecorder,
  type NewRun,
  type Recorder,
  runsIn,
  type Slice,
  sliceName,
} from '../audit/index.ts'
import { type Clock, isError, newId, SyncError, type SyncSpec } from '../core/index.ts'
import type { OpenedWindow } from './opened.ts'
import type { Parts } from './parts.ts'
import { packageVersion } from './version.ts'

/** The steps of an attempt that are timed. */
export type Step = 'read' | 'send' | 'load'

/** One attempt at a window: a row of `runs`, and the recorder of everything that happens in it. */
export interface Attempt {
  readonly runId: string
  readonly recorder: Recorder
  /** Runs a step and remembers how long it took. */
  time<T>(step: Step, work: () => Promise<T>): Promise<T>
  /** Milliseconds by step. */
  times(): Readonly<Record<Step, number>>
  /** Writes down how the attempt ended. */
  finish(error?: unknown): Promise<void>
}

/**
 * Proves that outcomes can be written down, before anything is sent: puts a file of one line into the volume, or finds
 * the one of an earlier run. Throws a SourceError where the volume is missing or may not be written.
 */
export async function proveWritable(
  { workspace, project }: Parts,
  signal?: AbortSignal,
): Promise<void> {
  const { volume } = controlOf(project.control)
  await workspace.put(`${volume}/writable`, Buffer.from('customerio-jobs may write here\n'), signal)
}

/** Writes down that an attempt starts, at all of a window or at a slice of it, and opens its recorder. */
export async function startAttempt(
  parts: Parts,
  sync: SyncSpec,
  { window, mapping, resumed }: OpenedWindow,
  runId: string,
  keyFingerprint: string,
  slice?: Slice,
): Promise<Attempt> {
  const { clock, environment } = parts
  const runs = runsIn(parts.warehouse, parts.project.control, clock)
  const run: NewRun = {
    runId,
    windowId: window.windowId,
    sync: sync.name,
    destination: window.destination,
    ...present({
      startedBy: environment.CUSTOMERIO_JOBS_STARTED_BY ?? environment.USER,
      jobId: environment.CUSTOMERIO_JOBS_JOB_ID,
      jobRunId: environment.CUSTOMERIO_JOBS_JOB_RUN_ID,
      taskRunId: environment.CUSTOMERIO_JOBS_TASK_RUN_ID,
      gitCommit: environment.CUSTOMERIO_JOBS_GIT_COMMIT,
    }),
    packageVersion,
    nodeVersion: process.versions.node,
    keyFingerprint,
    startedAt: new Date(clock.now()),
    ...(slice === undefined ? {} : { slice: sliceName(slice) }),
  }
  const number = await runs.start(run, !resumed)
  const { send } = sync
  const recorder = createRecorder({
    files: parts.workspace,
    folder: controlOf(parts.project.control).volume,
    windowId: window.windowId,
    sync: sync.name,
    destination: window.destination,
    call: send.call,
    ...present({ eventName: mapping.eventName }),
    runId,
    attempt: number,
    clock,
    log: parts.log,
    keepPayload: sync.keepPayload,
  })
  const { time, times } = stopwatch(clock)
  return {
    runId,
    recorder,
    time,
    times,
    finish: (error) => {
      const spent = times()
      return runs.finish(runId, {
        finishedAt: new Date(clock.now()),
        ...endOf(error),
        ...recorder.counts(),
        readMs: spent.read,
        sendMs: spent.send,
        loadMs: spent.load,
        peakRssBytes: process.resourceUsage().maxRSS * 1024,
      })
    },
  }
}

/** A fresh run id. */
export function newRunId(clock: Clock): string {
  return newId(clock.now())
}

function endOf(error: unknown): { exitCode: number; errorCode?: string } {
  if (error === undefined) return { exitCode: 0 }
  if (error instanceof SyncError) return { exitCode: error.exitCode, errorCode: error.code }
  return { exitCode: 1, errorCode: isError(error) ? error.name : 'UNKNOWN' }
}

function stopwatch(clock: Clock): Pick<Attempt, 'time' | 'times'> {
  const spent: Record<Step, number> = { read: 0, send: 0, load: 0 }
  let running: Step | undefined
  return {
    async time(step, work) {
      const outer = running
      const from = clock.now()
      running = step
      try {
        return await work()
      } finally {
        const took = clock.now() - from
        spent[step] += took
        // What a step waits for another one is that one's time.
        if (outer !== undefined) spent[outer] -= took
        running = outer
      }
    },
    times: () => ({ ...spent }),
  }
}

function present<T extends Record<string, string | undefined>>(
  values: T,
): { [K in keyof T]?: string } {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined && value !== ''),
  ) as { [K in keyof T]?: string }
}
