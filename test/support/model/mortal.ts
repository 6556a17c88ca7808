import { AuditError, RunStopped } from '../../../src/core/index.ts'
import type { Parts } from '../../../src/sync/index.ts'

/** How a process ends at one of its calls: killed before or after the call is made, or asked to stop. */
export type End = 'killed before' | 'killed after' | 'stopped'

/** Parts of a process that ends at its call number `at` to the outside: a statement, a file, a request. */
export interface Mortal {
  readonly parts: Parts
  /** Aborts where the process is asked to stop. */
  readonly signal: AbortSignal
  /** True once it has ended. */
  hasEnded(): boolean
}

/** Once a process is killed, none of its calls gets out any more: nothing is tidied up, and the lease stays taken. */
export function mortal(parts: Parts, at: number, end: End): Mortal {
  const controller = new AbortController()
  let calls = 0
  let isDead = false
  const call = async <T>(work: () => Promise<T>): Promise<T> => {
    if (isDead) throw killed()
    calls++
    if (calls !== at) return work()
    if (end === 'stopped') {
      controller.abort(new RunStopped('stopped by the model'))
      return work()
    }
    isDead = true
    if (end === 'killed after') await work()
    throw killed()
  }
  const { warehouse, workspace } = parts
  return {
    signal: controller.signal,
    hasEnded: () => isDead || controller.signal.aborted,
    parts: {
      ...parts,
      warehouse: {
        ...warehouse,
        query: (...given) => call(() => warehouse.query(...given)),
        execute: (...given) => call(() => warehouse.execute(...given)),
        async *read(...given) {
          await call(async () => {})
          yield* warehouse.read(...given)
        },
      },
      workspace: {
        ...workspace,
        put: (...given) => call(() => workspace.put(...given)),
        list: (...given) => call(() => workspace.list(...given)),
      },
      async destination(name) {
        const target = await parts.destination(name)
        return { ...target, send: (...given) => call(() => target.send(...given)) }
      },
    },
  }
}

function killed(): AuditError {
  return new AuditError('KILLED', 'the process was killed')
}
