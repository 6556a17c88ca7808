import type { RunEnding } from '../sync/index.ts'

/** What a run leaves for later tasks of its job, under the name of its sync. Numbers are of all destinations. */
export type TaskValue = {
  /** Messages of this run that Customer.io answered. */
  readonly sent: number
  /** Rows of the window by their fate, whichever run decided it; `failed` are rejected and undelivered. */
  readonly delivered: number
  readonly failed: number
  readonly invalid: number
  readonly pending: number
  /** The run of each destination, with a comma between them. */
  readonly run_id: string
}

/** The task value of each sync that finished for all its destinations; others leave none. */
export function taskValues(endings: readonly RunEnding[]): ReadonlyMap<string, TaskValue> {
  const values = new Map<string, TaskValue>()
  const unfinished = new Set<string>()
  for (const ending of endings) {
    if (ending.kind !== 'finished') {
      unfinished.add(ending.sync)
      continue
    }
    const { sync, sent, account, runId } = ending.report
    const so = values.get(sync)
    values.set(sync, {
      sent: (so?.sent ?? 0) + sent.delivered + sent.rejected,
      delivered: (so?.delivered ?? 0) + account.delivered,
      failed: (so?.failed ?? 0) + account.rejected + account.undelivered,
      invalid: (so?.invalid ?? 0) + account.invalid,
      pending: (so?.pending ?? 0) + account.pending,
      run_id: so === undefined ? runId : `${so.run_id},${runId}`,
    })
  }
  for (const sync of unfinished) values.delete(sync)
  return values
}
