import type { Allowance } from '../sync/index.ts'
import { count } from './figures.ts'

/** What a closed window that let rows wait has to say beside its counts. */
export function limitText(
  { sync, destination }: { readonly sync: string; readonly destination: string },
  { rows, by }: Pick<Allowance, 'rows' | 'by'>,
): string {
  return `${sync} → ${destination} sent ${count(rows)} rows at most in its last window, ${whoLimits(sync, by)}: the rest waits for the next`
}

/** Who let rows of a sync wait, and what ends it. */
export function whoLimits(sync: string, by: Allowance['by']): string {
  return {
    target: 'as the target says',
    run: 'as it was told',
    canary: `the canary of a changed mapping ("customerio-jobs release ${sync}" ends it)`,
  }[by]
}
