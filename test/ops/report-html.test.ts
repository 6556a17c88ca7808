import { describe, expect, it } from '@jest/globals'
import { type Report, reportHtml } from '../../src/ops/index.ts'

const nothing = {
  delivered: 0,
  unchanged: 0,
  held: 0,
  ignored: 0,
  invalid: 0,
  rejected: 0,
  undelivered: 0,
  pending: 0,
}
const evil = '<script>alert("1")</script>&'

const report: Report = {
  control: 'main.customerio',
  windows: [
    {
      windowId: evil,
      sync: evil,
      destination: evil,
      state: evil,
      openedAt: new Date(0),
      rows: 1500,
      fates: { ...nothing, delivered: 1499, rejected: 1 },
    },
  ],
  requests: [
    {
      windowId: 'w',
      startedAt: 0,
      durationMs: 12,
      waitMs: 0,
      status: 200,
      messages: 1499,
      bytes: 10,
    },
    {
      windowId: 'w',
      startedAt: 900,
      durationMs: 7000,
      waitMs: 0,
      status: null,
      messages: 1,
      bytes: 10,
    },
  ],
  failures: [{ sync: evil, destination: evil, status: evil, reason: evil, text: evil, count: 1 }],
}

describe('the page of a report', () => {
  const html = reportHtml(report, new Date(Date.UTC(2026, 0, 2)))

  it('shows names and texts as text only', () => {
    expect(html).not.toContain('<script')
    expect(html).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;')
  })

  it('loads nothing and allows no script', () => {
    expect(html).toContain("default-src 'none'")
    expect(html).not.toMatch(/\b(?:src|href)=/)
  })

  it('counts in words of the table: every fate, what failed, how the requests went', () => {
    expect(html).toContain('1,499')
    expect(html).toContain('2 requests, 1 of them not accepted; 1,499 messages delivered')
    expect(html).toContain('2026-01-02 00:00:00 UTC')
  })

  it('of nothing is a page all the same, without a number that is none', () => {
    const empty = reportHtml(
      { control: 'a.b', windows: [], requests: [], failures: [] },
      new Date(0),
    )
    expect(empty).toContain('Nothing.')
    expect(empty).not.toMatch(/NaN|Infinity|undefined/)
    expect(html).not.toMatch(/NaN|Infinity|undefined/)
  })
})
