/** How a sync and destination stands, the most urgent thing first. */
export type Status = 'running' | 'held' | 'failing' | 'open window' | 'ok' | 'never ran'

/** `green`: every row went well; `yellow`: it ended well but for some rows, or was stopped; `red`: it failed. */
export type Colour = 'green' | 'yellow' | 'red'

/** A run as the table `runs` has it. */
export interface KnownRun {
  readonly runId: string
  readonly startedAt: Date
  readonly finishedAt?: Date
  readonly exitCode?: number
  readonly errorCode?: string
  /** Rows it decided on that were not delivered. */
  readonly failedRows: number
}

/** Exit code of a run that was asked to stop: the next one goes on. */
const stopped = 7

/** The colour of a run that is over. */
export function colourOf({ exitCode, failedRows }: KnownRun): Colour {
  if (exitCode === stopped) return 'yellow'
  if (exitCode !== 0) return 'red'
  return failedRows > 0 ? 'yellow' : 'green'
}

/** What {@link statusOf} judges by. */
export interface Standing {
  /** The process that has the lease. */
  readonly runner?: string
  /** The hold it is under, in words. */
  readonly hold?: string
  /** The newest run. */
  readonly run?: KnownRun
  /** The window that is open. */
  readonly open?: string
  readonly hasClosed: boolean
}

/** The state of a sync and destination, and what stands behind it. */
export function statusOf({ runner, hold, run, open, hasClosed }: Standing): {
  readonly status: Status
  readonly because?: string
} {
  if (runner !== undefined) return { status: 'running', because: runner }
  if (hold !== undefined) return { status: 'held', because: hold }
  if (run !== undefined && colourOf(run) === 'red') {
    return { status: 'failing', because: run.errorCode ?? 'it ended without a word' }
  }
  if (open !== undefined) return { status: 'open window', because: open }
  return { status: run !== undefined || hasClosed ? 'ok' : 'never ran' }
}
