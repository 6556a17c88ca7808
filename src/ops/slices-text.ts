import type { Ending, SettleReport, SliceReport } from '../sync/index.ts'
import { count } from './figures.ts'
import { failureText } from './summary.ts'

/** What a person reads of a slice that was worked on. */
export function sliceText(ending: Ending<SliceReport>): string[] {
  if (ending.kind === 'failed') return failureText(ending)
  const { sync, destination, slice, done } = ending.report
  const name = `${sync} → ${destination}, slice ${slice}`
  if (done === undefined) return [`${name}: nothing was left to do`]
  const { delivered, rejected, undelivered, invalid, requests } = done.sent
  return [
    `${name} of ${done.windowId}: ${count(delivered)} delivered, ${count(rejected)} rejected, ${count(undelivered)} undelivered, ${count(invalid)} invalid in ${count(requests)} requests`,
  ]
}

/** What a person reads of a window that was settled. */
export function settledText(ending: Ending<SettleReport>): string[] {
  if (ending.kind === 'failed') return failureText(ending)
  const { sync, destination, closed } = ending.report
  if (closed === undefined) return [`${sync} → ${destination}: no window is open`]
  const { rows, ...fates } = closed.account
  const told = Object.entries(fates).filter(([fate, value]) => fate !== 'pending' && value > 0)
  return [
    `${sync} → ${destination}: closed ${closed.windowId} with ${count(rows)} rows: ${told.map(([fate, value]) => `${count(value)} ${fate}`).join(', ') || 'nothing to do'}`,
  ]
}
