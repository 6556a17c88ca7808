import { type NewReceipt, receiptsIn } from '../../audit/index.ts'
import type { Parts } from '../../sync/index.ts'
import type { EraseRequest } from './requests.ts'

/** A step that failed, for a request or several. */
export interface FailedStep {
  readonly step: string
  readonly destination?: string
  /** Stable code. */
  readonly reason: string
  readonly requests: number
}

/** The receipts of one go. */
export interface Steps {
  /** A step of every request; `failed` has those for which it was not done, and why. */
  record(
    step: 'tombstone' | 'purge' | 'order',
    destination?: string,
    failed?: ReadonlyMap<string, string>,
  ): Promise<void>
  fail(step: string, reason: string, destination: string): Promise<void>
  verify(left: string | undefined): Promise<void>
  /** Requests whose every step is done and verified, and what failed. */
  ending(): { readonly verified: number; readonly failed: readonly FailedStep[] }
}

/** Writes what became of these requests, step by step. */
export function stepsOf(
  { warehouse, project, clock }: Parts,
  requests: readonly EraseRequest[],
  actor: string,
): Steps {
  const receipts = receiptsIn(warehouse, project.control, clock)
  const failures: FailedStep[] = []
  const unfinished = new Set<string>()
  let verified = 0
  const write = async (
    step: (kind: string) => string,
    reasonOf: (id: string) => string | undefined,
    destination?: string,
  ): Promise<void> => {
    const steps = requests.map(({ id, kind, requestedBy }): NewReceipt => {
      const reason = reasonOf(id)
      return {
        requestId: id,
        kind,
        step: step(kind),
        actor,
        ...(destination === undefined ? {} : { destination }),
        ...(reason === undefined ? {} : { reason }),
        ...(requestedBy === undefined ? {} : { requestedBy }),
      }
    })
    await receipts.record(steps)
    for (const { requestId, step, reason } of steps) {
      if (reason === undefined) continue
      unfinished.add(requestId)
      const where = destination === undefined ? {} : { destination }
      const same = failures.findIndex(
        (one) => one.step === step && one.reason === reason && one.destination === destination,
      )
      const before = failures[same]
      if (before === undefined) failures.push({ step, reason, ...where, requests: 1 })
      else failures[same] = { ...before, requests: before.requests + 1 }
    }
  }
  return {
    record: (step, destination, failed) =>
      write(
        (kind) => (step === 'order' ? kind : step),
        (id) => failed?.get(id),
        destination,
      ),
    fail: (step, reason, destination) =>
      write(
        () => step,
        () => reason,
        destination,
      ),
    async verify(left) {
      const before = new Set(unfinished)
      await write(
        () => 'verify',
        (id) => {
          if (left !== undefined) return `found_in_${left}`
          return before.has(id) ? 'order_refused' : undefined
        },
      )
      verified = requests.length - unfinished.size
    },
    ending: () => ({ verified, failed: failures }),
  }
}
