import { describe, expect, it } from '@jest/globals'
import { type PeriodReport, periodHtml, periodText } from '../../src/ops/index.ts'

const evil = '<script>alert("1")</script>&'
const day = (number: number) => new Date(Date.UTC(2026, 2, number, 12))

const report: PeriodReport = {
  control: 'main.customerio',
  from: day(1),
  to: day(8),
  messages: [
    { day: '2026-03-02', status: 'delivered', reason: '', rows: 950 },
    { day: '2026-03-02', status: 'rejected', reason: evil, rows: 30 },
    { day: '2026-03-04', status: 'rejected', reason: evil, rows: 10 },
    { day: '2026-03-04', status: 'invalid', reason: 'key_null', rows: 10 },
  ],
  runs: [
    {
      ...{ sync: evil, destination: evil, windowId: evil, startedAt: day(4), ending: evil },
      ...{ delivered: 10, failed: 3, rowsPerSecond: 1500 },
    },
    {
      ...{ sync: 'a', destination: 'us', windowId: 'w', startedAt: day(3), ending: 'ok' },
      ...{ delivered: 0, failed: 0 },
    },
  ],
  latency: [
    { day: '2026-03-02', percentile: '50 %', ms: 40 },
    { day: '2026-03-04', percentile: '50 %', ms: 60 },
  ],
  syncs: [
    {
      ...{ sync: evil, destination: evil, state: 'late', everyMinutes: 60, lastRunAt: day(4) },
      ...{ delivered: 950, failed: 50, deadLetters: 7, pending: 3 },
    },
  ],
}
const nothing: PeriodReport = {
  ...{ control: 'a.b', from: day(1), to: day(1) },
  ...{ messages: [], runs: [], latency: [], syncs: [] },
}

describe('the page of a report on some days', () => {
  const html = periodHtml(report)

  it('shows names as text only, loads nothing and allows no script', () => {
    expect(html).not.toContain('<script')
    expect(html).toContain('&lt;script&gt;')
    expect(html).toContain("default-src 'none'")
    expect(html).not.toMatch(/\b(?:src|href)=/)
  })

  it('puts the figures first', () => {
    expect(html).toContain('<b>950</b><span>rows delivered</span>')
    expect(html).toContain('<b>50</b><span>rows failed (5 %)</span>')
    expect(html).toContain('<b>2</b><span>runs, 1 not ok</span>')
    expect(html).toContain('<b>7</b><span>dead letters now</span>')
  })

  it('has a place for every day of the period, also for those without a row', () => {
    const [, byDay = ''] = html.split('Rows by day')
    const labels = [
      ...(byDay.split('</section>')[0]?.matchAll(/<span[^>]*>(\d\d-\d\d)<\/span>/g) ?? []),
    ]
    expect(labels.map(([, label]) => label)).toEqual(
      [1, 2, 3, 4, 5, 6, 7, 8].map((number) => `03-0${number}`),
    )
  })

  it('leaves a gap in a line where a day has no value', () => {
    const [, line] = /<path d="(M[^"]*)" stroke="#2f8f6b" stroke-width="2.5"/.exec(html) ?? []
    expect(line?.match(/M/g)).toHaveLength(2)
    expect(line).not.toContain('L')
  })

  it('adds up reasons over the days, the most frequent first', () => {
    const text = periodText(report)
    expect(text[0]).toContain('950 delivered, 50 failed (5 %), 2 runs, 1 of them not ok')
    expect(text[1]).toContain('950 delivered, 50 failed, late, 7 dead letters, 3 pending')
    expect(text.slice(2)).toEqual([`  40 × rejected ${evil}`, '  10 × invalid key_null'])
  })

  it('of nothing is a page all the same, without a number that is none', () => {
    for (const page of [html, periodHtml(nothing), periodText(nothing).join('\n')]) {
      expect(page).not.toMatch(/NaN|Infinity|undefined/)
    }
    expect(periodHtml(nothing)).toContain('Nothing was sent.')
  })
})
