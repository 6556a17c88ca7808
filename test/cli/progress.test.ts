import { describe, expect, it } from '@jest/globals'
import { progressOn } from '../../src/cli/progress.ts'
import type { Terminal } from '../../src/cli/terminal.ts'
import { createLog } from '../../src/core/index.ts'
import { count, duration } from '../../src/ops/index.ts'
import type { Progress } from '../../src/sync/index.ts'

function aTerminal(isPerson: boolean) {
  const lines: string[] = []
  const terminal: Terminal = {
    isPerson,
    out: (text) => lines.push(text),
    note: (text) => lines.push(text),
    status: (text) => lines.push(text),
    log: createLog(
      (line) => lines.push(line),
      'plain',
      'info',
      () => 0,
    ),
  }
  let now = 0
  const show = progressOn(terminal, () => now)
  const at = (ms: number, progress: Partial<Progress>) => {
    now = ms
    show({
      sync: 'a',
      destination: 'us',
      step: 'send',
      rows: 1000,
      done: 0,
      requests: 0,
      ...progress,
    })
  }
  return { lines, at }
}

describe('progress', () => {
  it('is one line with bar, speed and time left for a person', () => {
    const { lines, at } = aTerminal(true)
    at(0, {})
    at(2000, { done: 500, requests: 10 })
    expect(lines.at(-1)).toBe(
      'sending a → us  ████████████░░░░░░░░░░░░  500/1,000 rows  250 rows/s  5.0 requests/s  2.0 s left',
    )
  })

  it('is redrawn ten times a second at most', () => {
    const { lines, at } = aTerminal(true)
    for (let ms = 0; ms < 1000; ms += 10) at(ms, { done: ms })
    expect(lines.length).toBeLessThanOrEqual(11)
  })

  it('is a log line every ten seconds off a terminal', () => {
    const { lines, at } = aTerminal(false)
    for (let ms = 0; ms <= 60_000; ms += 100) at(ms, { done: ms / 100 })
    expect(lines.length).toBeGreaterThanOrEqual(5)
    expect(lines.length).toBeLessThanOrEqual(7)
    expect(lines[0]).toContain('sending')
  })

  it('of no rows at all is full, and no number in it is none', () => {
    const { lines, at } = aTerminal(true)
    at(0, { rows: 0 })
    at(500, { rows: 0 })
    expect(lines.at(-1)).toContain('█'.repeat(24))
    expect(lines.join()).not.toMatch(/NaN|Infinity/)
  })

  it('never shows more than is there, when a resumed window has fewer rows than it counted', () => {
    const { lines, at } = aTerminal(true)
    at(0, {})
    at(500, { rows: 10, done: 20 })
    expect(lines.at(-1)).toContain('█'.repeat(24))
    expect(lines.at(-1)).not.toContain('-')
  })
})

describe('numbers for people', () => {
  it('are counted with thousands apart', () => {
    expect(count(1234567.4)).toBe('1,234,567')
  })

  it.each([
    [0.04, '0.0 s'],
    [9.96, '10.0 s'],
    [42.4, '42 s'],
    [59.7, '1 min 0 s'],
    [185, '3 min 5 s'],
    [7800, '2 h 10 min'],
  ])('%d seconds are %s', (seconds, text) => {
    expect(duration(seconds)).toBe(text)
  })
})
