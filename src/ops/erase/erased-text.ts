import { many } from '../figures.ts'
import type { Erased } from './erase.ts'
import type { RequestProblem } from './requests.ts'
import type { FailedStep } from './steps.ts'

const problems: Readonly<Record<RequestProblem, string>> = {
  request_missing: 'have nothing that names the request',
  request_names_person:
    'are named by an identifier of a person; receipts are kept for good, so give them a number of their own',
  kind_unknown: 'ask for something other than delete or suppress',
  nobody_named: 'name nobody',
}

/** What a person reads after an erasure: what was done, what was not, and what Delta keeps for a while. */
export function erasedText(done: Erased): string[] {
  const { requests, refused, more, confirmation } = done
  const refusals = Object.entries(refused).flatMap(([problem, count]) =>
    count === 0
      ? []
      : [
          `${many(count, 'request')} can't be worked on: they ${problems[problem as RequestProblem]} (${problem})`,
        ],
  )
  const waiting = more === 0 ? [] : [`${many(more, 'request')} wait for the next go`]
  if (requests.delete + requests.suppress === 0) return ['no request is open', ...refusals]
  const asked = `${many(requests.delete + requests.suppress, 'request')}: ${requests.delete} to delete, ${requests.suppress} to suppress`
  if (done.done === undefined) {
    return [asked, `--confirm ${confirmation} erases exactly these`, ...refusals, ...waiting]
  }
  const { verified, purged, failed } = done.done
  return [
    asked,
    `removed: ${many(purged.outcomes, 'outcome')}, ${many(purged.keys, 'key')} of the ledger, ${many(purged.parts, 'part')}`,
    `verified: ${many(verified, 'request')}`,
    ...failed.map(failedText),
    ...refusals,
    ...waiting,
    '',
    ...kept(done),
  ]
}

function failedText({ step, destination, reason, requests }: FailedStep): string {
  const where = destination === undefined ? '' : ` at ${destination}`
  return `failed for ${many(requests, 'request')}: ${step}${where} (${reason}); run the command again`
}

/** Removed rows are gone from every query now, and from storage later. */
function kept({ control }: Erased): string[] {
  return [
    'Queries find nothing of them any more. Earlier versions of the tables do, by time travel, until VACUUM has removed',
    `their files: after seven days, with "customerio-jobs maintain --vacuum", or by predictive optimization. Until Delta`,
    `cleans its log, the log of ${control} may name the smallest and largest key of a file.`,
  ]
}

/** 0 when every open request is verified; 2 where requests can't be worked on, 5 where something is left, else 4. */
export function erasedExitCode({ done, refused }: Erased): number {
  const failed = done?.failed ?? []
  if (failed.some(({ step, reason }) => step === 'purge' || reason.startsWith('found_in_')))
    return 5
  if (failed.length > 0) return 4
  return Object.values(refused).some((count) => count > 0) ? 2 : 0
}
