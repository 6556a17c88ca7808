import type { Report } from './report.ts'

/** The report of the newest windows in a few lines: one for each of them, and one for each reason. */
export function reportText({ windows, failures }: Report): string[] {
  return [
    ...windows.map(({ sync, destination, rows, fates, state }) => {
      const counts = Object.entries(fates).filter(([, count]) => count > 0)
      return `${sync} → ${destination} (${state}): ${rows} rows; ${counts.map(([fate, count]) => `${count} ${fate}`).join(', ')}`
    }),
    ...failures.map(({ sync, reason, text, count }) => `  ${sync}: ${count} × ${reason}  ${text}`),
  ]
}
