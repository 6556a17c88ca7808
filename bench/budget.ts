/*
 * How much of the documented quota (3000 requests in any 3 s) the budget lets through under full load, and its worst
 * window: by 64 senders that always want another permit.
 */
import { setMaxListeners } from 'node:events'
import { systemClock } from '../src/core/index.ts'
import { createBudget } from '../src/delivery/index.ts'
import { report } from './report.ts'

const seconds = 15
const budget = createBudget({ requestsPerSecond: 1000, clock: systemClock })
const over = new AbortController()
setMaxListeners(0, over.signal)
const stamps: number[] = []

async function sender(): Promise<void> {
  for (;;) {
    const permit = await budget.take('', 'message', over.signal)
    stamps.push(performance.now())
    permit.over()
  }
}

const senders = Array.from({ length: 64 }, () => sender().catch(() => {}))
await systemClock.sleep(seconds * 1000)
over.abort()
await Promise.all(senders)
budget.close()

let worst = 0
let first = 0
for (const [last, stamp] of stamps.entries()) {
  while (stamp - (stamps[first] ?? 0) >= 3000) first++
  worst = Math.max(worst, last - first + 1)
}
const rate = stamps.length / seconds
console.log(`${rate.toFixed(0)} requests/s, worst window of 3 s: ${worst}`)
report([
  {
    what: 'request rate against the quota',
    measured: rate / 1000,
    unit: '×',
    gate: 0.9,
    reach: 0.97,
  },
  { what: 'most requests in any 3 s', measured: worst, gate: 3000, reach: 3000, less: true },
])
