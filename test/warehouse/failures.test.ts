import { describe, expect, it } from '@jest/globals'
import { SourceError } from '../../src/core/index.ts'
import { readFailure } from '../../src/warehouse/failures.ts'

const withStatus = (statusCode: number) => Object.assign(new Error('bad status'), { statusCode })
const withCode = (code: string) =>
  Object.assign(new Error('outer'), { cause: Object.assign(new Error('inner'), { code }) })

describe('a failure', () => {
  it.each([
    ['a busy warehouse', withStatus(503), false],
    ['a rate limit', withStatus(429), false],
    ['an evicted session', withStatus(404), true],
    ['a reset', withCode('ECONNRESET'), true],
    ['a timeout', withCode('ETIMEDOUT'), true],
    ['a lost session', { name: 'Status Error', message: 'Invalid SessionHandle: x' }, true],
    ['half a reply', new Error('Response timeout while trying to fetch x (over 5ms)'), true],
    ['an old link', new Error('CloudFetch link has expired'), true],
    ['a write conflict', new Error('[DELTA_CONCURRENT_APPEND] Version 3 …'), false],
  ])('that is %s is worth repeating', (_, error, newSession) => {
    expect(readFailure(error)).toMatchObject({ kind: 'again', newSession })
  })

  it.each([401, 403])('that is HTTP %d may be an ended token', (status) => {
    expect(readFailure(withStatus(status))).toMatchObject({
      kind: 'denied',
      error: { code: 'PERMISSION_DENIED' },
    })
  })

  it.each([
    ['[INSUFFICIENT_PERMISSIONS] Insufficient privileges', 'PERMISSION_DENIED'],
    ['[TABLE_OR_VIEW_NOT_FOUND] The table or view `a`', 'TABLE_MISSING'],
    ['[SCHEMA_NOT_FOUND] The schema `a`', 'SCHEMA_MISSING'],
    ['[UNRESOLVED_COLUMN.WITH_SUGGESTION] A column `a`', 'COLUMN_MISSING'],
    ['[DIVIDE_BY_ZERO] Division by zero', 'STATEMENT_FAILED'],
  ])('that says %s is final, and says what to do', (message, code) => {
    expect(readFailure(new Error(message))).toMatchObject({
      kind: 'final',
      error: { code, message: expect.stringMatching(/ \(.+\)$/) },
    })
  })

  it('of a certificate or a name is final', () => {
    for (const code of ['ENOTFOUND', 'SELF_SIGNED_CERT_IN_CHAIN', 'ERR_TLS_CERT_ALTNAME_INVALID']) {
      expect(readFailure(withCode(code))).toMatchObject({
        kind: 'final',
        error: { code: 'WORKSPACE_UNREACHABLE' },
      })
    }
  })

  it.each([
    "[CAST_INVALID_INPUT] The value 'ada@example.com' of column `email`",
    "[CAST_INVALID_INPUT] Column `email`: 'O'Ada' cannot be cast",
    "[CAST_INVALID_INPUT] Column `email`: 'Ada\nLovelace' cannot be cast",
    '[CAST_INVALID_INPUT] Column `email`: "Ada" is not "a day"',
    "[CAST_INVALID_INPUT] Column `email`\nSELECT 'ada'",
  ])('never repeats a value that the service quotes, and keeps names: %s', (text) => {
    const failure = readFailure(new Error(text))
    const { message } = failure.kind === 'final' ? failure.error : new Error('')
    expect(message).toContain('CAST_INVALID_INPUT')
    expect(message).not.toMatch(/ada|lovelace/i)
  })

  it('that was understood before stays what it is', () => {
    const error = new SourceError('SPOOL_FULL', 'full')
    expect(readFailure(error)).toEqual({ kind: 'final', error })
  })
})
