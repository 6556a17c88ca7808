import { count, duration } from '../ops/index.ts'
import type { Progress } from '../sync/index.ts'
import type { Terminal } from './terminal.ts'

const redrawMs = 100
const logMs = 10_000

/**
 * Shows how far runs are: one line that is redrawn for a person (bar, rows, rows/s, requests/s, time left), a log
 * line every ten seconds otherwise.
 */
export function progressOn(
  terminal: Terminal,
  now: () => number = Date.now,
): (progress: Progress) => void {
  const begun = new Map<string, { at: number; last: number }>()
  return (progress) => {
    const name = `${progress.sync} → ${progress.destination}`
    const id = `${name} ${progress.step}`
    const time = now()
    const seen = begun.get(id) ?? { at: time, last: time - logMs + 1000 }
    begun.set(id, seen)
    const seconds = (time - seen.at) / 1000
    if (time - seen.last < (terminal.isPerson ? redrawMs : logMs)) return
    seen.last = time
    const rate = seconds > 0 ? progress.done / seconds : 0
    if (terminal.isPerson) {
      terminal.status(line(name, progress, rate, seconds))
    } else {
      terminal.log.info(progress.step === 'read' ? 'reading' : 'sending', {
        sync: progress.sync,
        destination: progress.destination,
        rows: progress.rows,
        done: progress.done,
        rowsPerSecond: Math.round(rate),
        requests: progress.requests,
      })
    }
  }
}

function line(
  name: string,
  { step, rows, done, requests }: Progress,
  rate: number,
  seconds: number,
): string {
  const share = rows === 0 ? 1 : Math.min(1, done / rows)
  const width = 24
  const bar = '█'.repeat(Math.round(share * width)).padEnd(width, '░')
  const left = rate > 0 ? Math.max(0, rows - done) / rate : undefined
  const parts = [
    `${step === 'read' ? 'reading' : 'sending'} ${name}`,
    bar,
    `${count(done)}/${count(rows)} rows`,
    `${count(rate)} rows/s`,
    ...(step === 'send' && seconds > 0 ? [`${(requests / seconds).toFixed(1)} requests/s`] : []),
    ...(left === undefined ? [] : [`${duration(left)} left`]),
  ]
  return parts.join('  ')
}
