import { describe, expect, it } from '@jest/globals'
import { type Erased, erasedExitCode, erasedText } from '../../src/ops/index.ts'

const refused = { request_missing: 0, request_names_person: 0, kind_unknown: 0, nobody_named: 0 }
const planned: Erased = {
  control: 'main.customerio',
  requests: { delete: 2, suppress: 1 },
  refused,
  more: 0,
  confirmation: '3f9a01bc',
}
const purged = { outcomes: 12, keys: 1, parts: 3 }
const failed = { step: 'delete', destination: 'eu', reason: 'http_401', requests: 1 }

describe('what a person reads of an erasure', () => {
  it('is what would be done, and the value that confirms it', () => {
    expect(erasedText(planned)).toEqual([
      '3 requests: 2 to delete, 1 to suppress',
      '--confirm 3f9a01bc erases exactly these',
    ])
  })

  it('is what was done, what was not, and what Delta keeps until VACUUM', () => {
    const text = erasedText({
      ...planned,
      more: 7,
      refused: { ...refused, nobody_named: 1 },
      done: { verified: 2, purged, failed: [failed] },
    }).join('\n')
    expect(text).toContain('removed: 12 outcomes, 1 key of the ledger, 3 parts')
    expect(text).toContain('verified: 2 requests')
    expect(text).toContain('failed for 1 request: delete at eu (http_401); run the command again')
    expect(text).toContain("1 request can't be worked on: they name nobody (nobody_named)")
    expect(text).toContain('7 requests wait for the next go')
    expect(text).toMatch(/by time travel, until VACUUM/)
  })

  it('says so where no request is open', () => {
    expect(erasedText({ ...planned, requests: { delete: 0, suppress: 0 } })).toEqual([
      'no request is open',
    ])
  })
})

describe('the exit code of an erasure', () => {
  const done = (...all: { step: string; reason: string }[]) =>
    erasedExitCode({
      ...planned,
      done: { verified: 0, purged, failed: all.map((one) => ({ ...one, requests: 1 })) },
    })

  it('tells who has to do something', () => {
    expect(done()).toBe(0)
    expect(erasedExitCode({ ...planned, refused: { ...refused, kind_unknown: 1 } })).toBe(2)
    expect(done({ step: 'delete', reason: 'http_401' })).toBe(4)
    expect(done({ step: 'purge', reason: 'lease_held' })).toBe(5)
    expect(done({ step: 'verify', reason: 'found_in_ledger' })).toBe(5)
  })
})
