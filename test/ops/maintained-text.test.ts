import { describe, expect, it } from '@jest/globals'
import { type Maintained, maintainedText } from '../../src/ops/index.ts'

const done: Maintained = {
  control: 'main.customerio',
  dryRun: false,
  migrated: 0,
  outcomes: { table: 'outcome_log', windows: 12, rows: 48_210, inUse: 0, notInLedger: 0 },
  rows: [{ table: 'requests', windows: 40, rows: 1203 }],
  holds: 2,
  payloads: 1400,
  outbox: 9,
  parts: { files: 1, bytes: 31_240_000, folders: 14, notLoaded: 0 },
  snapshots: { dropped: ['snapshot_a'], kept: 0 },
  optimized: [
    { table: 'ledger', filesBefore: 143, filesAfter: 12, bytesBefore: 2048, bytesAfter: 1999 },
  ],
  vacuum: { statements: ['VACUUM a', 'VACUUM b'], why: 'It is yours to run.' },
}
const text = (over: Partial<Maintained> = {}) => maintainedText({ ...done, ...over }).join('\n')

describe('what a person reads of maintenance', () => {
  it('has every number, and the statements that are worth running', () => {
    expect(text()).toBe(`main.customerio is maintained

removed                   from         windows    rows
rows past their time      outcome_log       12  48,210
rows past their time      requests          40   1,203
payloads past their time  outcome_log            1,400
calls that were made      outbox                     9
holds that ended          holds                      2
snapshots                 the schema         1

parts that are loaded: 1 file, 31.2 MB, 14 folders

files put together       files            bytes
ledger                143 → 12  2.0 kB → 2.0 kB

Worth running, in the SQL editor, or with --vacuum:
  VACUUM a;
  VACUUM b;
It is yours to run.`)
  })

  it('says what stays although it is old, and why', () => {
    const kept = text({
      outcomes: { ...done.outcomes, inUse: 1, notInLedger: 2 },
      parts: { ...done.parts, notLoaded: 3 },
      snapshots: { dropped: [], kept: 4 },
    })
    expect(kept).toMatch(/^1 window past its time keeps its outcomes: its sync has an open window/m)
    expect(kept).toMatch(/^2 windows past their time keep their outcomes: the ledger /m)
    expect(kept).toMatch(/^3 parts of closed windows stay: /m)
    expect(kept).toMatch(/^4 snapshots stay: /m)
  })

  it('says of a dry run that nothing was changed, and how things are', () => {
    const dry = text({ dryRun: true, migrated: 1 })
    expect(dry).toContain('nothing was changed')
    expect(dry).toContain('1 table of an earlier version would get new columns')
    expect(dry).toMatch(/^would be removed +from/m)
    expect(dry).toMatch(/^ledger +143 +2.0 kB$/m)
    expect(text({ migrated: 2 })).toContain('2 tables of an earlier version got new columns')
  })
})
