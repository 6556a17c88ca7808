import { describe, expect, it } from '@jest/globals'
import { planText } from '../../src/ops/index.ts'
import type { Plan } from '../../src/sync/index.ts'
import { aPlan, committedAt, counts, estimate } from '../support/plan.ts'

const textOf = (over: Partial<Plan> = {}) => planText(aPlan(over)).join('\n')

describe('the text of a plan', () => {
  it('says what cannot be taken back, and what may not mean what it says', () => {
    const text = textOf({
      irreversible: 3,
      warnings: ['syncs/a.yml:4:9  "Order Complete" is no event that Customer.io knows by name'],
    })
    expect(text).toContain("for good   3 messages of these can't be taken back at Customer.io")
    expect(text).toContain('look at    syncs/a.yml:4:9  "Order Complete"')
    expect(textOf()).not.toContain('for good')
  })

  it('puts numbers below each other and says where they come from', () => {
    expect(
      planText(
        aPlan({
          counts: { ...counts, send: 7, delete: 3, unchanged: 9_990, held: 1, null_key: 2 },
          send: { fresh: 1, changed: 6, again: 0 },
          estimate: {
            ...estimate,
            sampled: 10,
            messages: 10,
            bytes: 1_912,
            requests: 1,
            seconds: 0.01,
          },
          changes: {
            kind: 'known',
            version: 10,
            compared: 6,
            columns: [
              { column: 'name', fields: ['traits.name', 'traits.label'], rows: 6 },
              { column: 'visits', fields: ['traits.visits'], rows: 2 },
            ],
            rows: [],
          },
          checks: [{ name: 'unique', passed: true, text: '' }],
        }),
      ),
    ).toEqual([
      'people → eu',
      '',
      '  source     main.shop.people, version 12 of 2026-11-22 23:40:12 UTC',
      '  looks at   the change feed, versions 11 to 12',
      '',
      '       7  to send    1 new, 6 changed',
      '       3  to delete',
      '   9,990  unchanged',
      '       1  held       refused or given up before, and still the same',
      '       2  invalid    2 without a key',
      '  10,003  rows',
      '',
      '  sends      10 messages, 1.9 kB, in 1 request: less than 1 s at 100 requests/s',
      '',
      '  differ     of 6 rows to send that were there at version 10',
      '             6  traits.name, traits.label',
      '             2  traits.visits',
      '',
      '  checks     unique: passed',
      '  brakes     none: a run goes through',
    ])
  })

  it('shows old and new values below their key, long ones cut, masked ones not at all', () => {
    const lines = textOf({
      changes: {
        kind: 'known',
        version: 10,
        compared: 1,
        columns: [{ column: 'name', fields: ['traits.name'], rows: 1 }],
        rows: [
          {
            key: '["C1"]',
            values: [
              {
                fields: ['traits.name'],
                isMasked: false,
                was: '"Ada"',
                now: `"${'x'.repeat(80)}"`,
              },
              { fields: ['traits.n'], isMasked: false, now: '1' },
              { fields: ['traits.mail'], isMasked: true },
            ],
          },
        ],
      },
    })
    expect(lines).toContain(`
  ["C1"]
    traits.name  "Ada" → "${'x'.repeat(58)}…
    traits.n     NULL → 1
    traits.mail  (masked)
`)
  })

  it('calls a sample a sample, and names why its rows would make no message', () => {
    const text = textOf({
      estimate: {
        ...estimate,
        sampled: 1_000,
        isWhole: false,
        refused: [
          {
            reason: 'value_not_finite',
            text: 'score is NaN or infinite, which JSON cannot carry',
            rows: 12,
          },
        ],
        messages: 1_185_600,
        bytes: 412_000_000,
        requests: 871,
        requestsPerSecond: 2.5,
        share: { job: 'crm', part: 0.25 },
        seconds: 348.4,
      },
    })
    expect(text).toContain(
      'about 1,185,600 messages, 412.0 MB, in about 871 requests: 5 min 48 s at 2.5 requests/s, the share of job crm',
    )
    expect(text).toContain('12 of 1,000 rows tried, a sample, would make no message')
    expect(text).toMatch(/ {13}12 {2}value_not_finite {2}score is NaN/)
  })

  it('says what goes past the brakes, unless nothing does', () => {
    const brakes = [
      { brake: 'max_rows', text: '7 messages, and 5 are allowed', isConfirmable: true },
      { brake: 'first_run', text: 'the first window would send 7 messages', isConfirmable: true },
    ]
    const text = textOf({ brakes, confirmation: '1a2b3c4d' })
    expect(text).toContain('  brakes     max_rows   7 messages, and 5 are allowed')
    expect(text).toContain('             first_run  the first window')
    expect(text).toContain('customerio-jobs run people --confirm 1a2b3c4d')
    expect(textOf({ brakes })).toContain('no confirmation goes past it')
  })

  it('begins with what stands before a run: setup, a hold, another run, an open window, an emptied source', () => {
    const text = textOf({
      isSetUp: false,
      hold: { sync: 'people', why: 'mending', heldBy: 'ada', heldAt: committedAt },
      runBy: 'host/1/2',
      open: { windowId: 'people.eu.000003', openedAt: committedAt, rows: 3_000, left: 120 },
      waitsMs: 65_000,
    })
    expect(text).toContain('run "customerio-jobs setup" first')
    expect(text).toContain('by ada since 2026-11-22 23:40:12 UTC: mending')
    expect(text).toContain('customerio-jobs release people')
    expect(text).toContain('host/1/2 runs people at this moment')
    expect(text).toContain(
      'people.eu.000003 of 2026-11-22 23:40:12 UTC: 120 of its 3,000 rows are still to go',
    )
    expect(text).toContain('1 min 5 s more to fill up')
    expect(text).not.toContain('goes through')
  })

  it('tells how old events are, what an edited mapping leaves behind, and what was adopted', () => {
    const text = textOf({
      ages: { young: 72, older: 2_800 },
      remapped: 9_990,
      isAdopted: true,
      counts: { ...counts, unchanged: 30 },
    })
    expect(text).toContain("72 events of the last 72 h can start campaigns, 2,800 older can't")
    expect(text).toContain('9,990 unchanged keys went out under another mapping')
    expect(text).toContain('"customerio-jobs backfill people" does')
    expect(text).toContain('30  unchanged  taken as known without being sent')
  })

  it('says why rows wait, and what they wait for', () => {
    const later = { ...counts, later: 9 }
    const until = committedAt.getTime()
    expect(textOf({ counts: later, limit: { rows: 1000, by: 'target' } })).toContain(
      '9  later      wait for the next window: under this target one sends 1,000 rows at most',
    )
    expect(textOf({ counts: later, limit: { rows: 1000, by: 'run' } })).toContain(
      'wait for the next window: this one sends 1,000 rows at most',
    )
    const canary = textOf({ counts: later, limit: { rows: 1000, by: 'canary', until } })
    expect(canary).toContain('a changed mapping begins with 1,000 rows a window, until ')
    expect(canary).toContain('or "customerio-jobs release people"')
  })

  it.each<[string, Partial<Plan>]>([
    ['every row, compared with what was sent', { look: { kind: 'all' } }],
    ['because the table was rebuilt', { look: { kind: 'all' }, because: 'the table was rebuilt' }],
    ['the change feed, version 12', { look: { kind: 'feed', from: 12 } }],
    ['nothing: no version since the last run', { look: { kind: 'feed', from: 13 } }],
    [
      'rows from the last value of at on, and 2 h 0 min before it',
      { look: { kind: 'cursor', column: 'at', lagMs: 7_200_000 } },
    ],
    [
      'rows from the last value of n on (7)',
      { look: { kind: 'cursor', column: 'n', from: '7', lagMs: 0 } },
    ],
    ['a query, as it is now', { source: {} }],
    [
      'old values are not known: it was a view',
      { changes: { kind: 'unknown', because: 'it was a view' } },
    ],
  ])('says "%s" where that is so', (said, over) => {
    expect(textOf(over)).toContain(said)
  })

  it('of a destination that would fail is the reason', () => {
    expect(
      planText({
        kind: 'failed',
        sync: 'people',
        destination: 'eu',
        code: 'TABLE_MISSING',
        exitCode: 3,
        message: 'there is\nno table',
      }),
    ).toEqual(['people → eu: a run would fail (TABLE_MISSING)', '  there is', '  no table'])
  })
})
