import { expect, it } from '@jest/globals'
import { planMark, planMarkdown } from '../../src/ops/index.ts'
import type { PlanEnding } from '../../src/sync/index.ts'
import { aPlan, counts } from '../support/plan.ts'

const plan = aPlan({
  source: { table: 'main.shop.people', version: 12, committedAt: new Date(0) },
  counts: {
    ...counts,
    null_key: 1,
    duplicate_key: 1,
    send: 1200,
    delete: 3,
    unchanged: 9_990,
    later: 40,
  },
  send: { fresh: 200, changed: 1000, again: 0 },
  remapped: 7,
  changes: {
    kind: 'known',
    version: 11,
    compared: 1000,
    columns: [{ column: 'name', fields: ['traits.name', 'traits.a|b`c'], rows: 1000 }],
    rows: [{ key: '["ada@example.com"]', values: [{ fields: [], isMasked: false, now: '"Ada"' }] }],
  },
  checks: [],
  brakes: [{ brake: 'max_rows', text: '1200 messages', isConfirmable: true }],
  hold: { why: 'ask ada@example.com', heldBy: 'ann', heldAt: new Date(0) },
})

it('puts counts, fields and brakes of each plan on a line, and begins with the mark of its comment', () => {
  const lines = planMarkdown([plan, { ...plan, destination: 'us' }]).split('\n')
  expect(lines[0]).toBe(planMark)
  expect(lines).toContain(
    "| `people` | `eu` | 1,200 (200 new, 1,000 changed) | 3 | 9,990 | 40 later, 2 invalid, 7 under another mapping | `traits.name`, `traits.a\\|b'c` | a hold, `max_rows` |",
  )
  expect(lines.filter((line) => line.startsWith('| `people`'))).toHaveLength(2)
})

it('tells nothing that stands in a row, in a reason or in an error, whatever the plan holds', () => {
  const failed: PlanEnding = {
    kind: 'failed',
    sync: 'orders',
    destination: 'eu',
    code: 'SQL_FAILED',
    message: 'near "Ada"',
    exitCode: 3,
  } as PlanEnding
  const text = planMarkdown([plan, failed])
  expect(text).not.toMatch(/ada/i)
  expect(text).toContain('a run would fail: `SQL_FAILED`')
})

it('says so where no sync differs', () => {
  expect(planMarkdown([])).toBe(`${planMark}\nNo sync differs: nothing to plan.`)
})
