import { describe, expect, it } from '@jest/globals'
import { understand, understandFailure } from '../../src/customerio/index.ts'
import { retryAfterMs } from '../../src/customerio/retry-after.ts'

const now = Date.UTC(2026, 10, 22)

describe('the text of an answer', () => {
  const textOf = (body: string): string => understand({ status: 400, body }, now).text

  it('says how many errors there were, in known words', () => {
    const body = JSON.stringify({ meta: { errors: ['userId is required', 'type is required'] } })
    expect(textOf(body)).toBe(
      'The destination refused the request (2 errors: userId is required; type is required)',
    )
  })

  it('never repeats a value of the message, quoted or not', () => {
    const errors = [
      'traits.email "ada@example.com" is invalid',
      'userId ada lovelace is too long',
      "event 'Bought: Secret Thing 4711' is not allowed",
      'batch[12].userId must be a string, got 123-45-6789',
    ]
    const text = textOf(JSON.stringify({ meta: { errors } }))
    expect(text).not.toMatch(/ada|lovelace|example|Secret|Bought|4711|123|6789|12/)
    expect(text).toContain('userId … is too long')
  })

  it('understands the older shape, with fields', () => {
    const body = JSON.stringify({ errors: [{ reason: 'x', field: 'userId', message: 'required' }] })
    expect(textOf(body)).toContain('1 error: userId required')
  })

  it('ignores what is not JSON or has another shape', () => {
    expect(textOf('<html>ada@example.com</html>')).toBe('The destination refused the request')
    expect(textOf('{"meta":{"errors":"ada"}}')).toBe('The destination refused the request')
  })

  it('stays short, however long the errors are', () => {
    const errors = Array.from({ length: 500 }, (_, i) => `${'userId is '.repeat(i + 1)}`)
    expect(textOf(JSON.stringify({ meta: { errors } })).length).toBeLessThan(800)
  })
})

describe('Retry-After', () => {
  it.each([
    ['3', 3000],
    ['0', 0],
    [' 12 ', 12_000],
    ['999999', 300_000],
    ['Sun, 22 Nov 2026 00:00:10 GMT', 10_000],
    ['Sat, 21 Nov 2026 00:00:10 GMT', 0],
    ['Mon, 01 Jan 2035 00:00:00 GMT', 300_000],
    ['-5', undefined],
    ['soon', undefined],
    ['Someday, maybe', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('reads %j as %p ms', (header, ms) => {
    expect(retryAfterMs(header, now)).toBe(ms)
  })
})

describe('the lack of an answer', () => {
  it.each([
    [{ code: 'ECONNRESET' }, 'reset'],
    [{ name: 'SocketError', code: 'UND_ERR_SOCKET' }, 'reset'],
    [{ code: 'UND_ERR_CONNECT_TIMEOUT' }, 'timeout'],
    [{ message: 'failed', cause: { code: 'ENOTFOUND' } }, 'dns'],
    [{ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }, 'tls'],
    [{ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }, 'tls'],
    [{ code: 'ECONNREFUSED' }, 'refused'],
    [{ code: 'EWHATEVER' }, 'network'],
    ['a string', 'network'],
  ])('%j is tried again, as %s', (error, reason) => {
    expect(understandFailure(error)).toMatchObject({ verdict: 'retry', reason })
    expect(understandFailure(error)).not.toHaveProperty('status')
  })
})
