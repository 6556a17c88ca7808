import { describe, expect, it } from '@jest/globals'
import { ConfigError, systemClock } from '../../src/core/index.ts'
import {
  baseUrl,
  batchFormat,
  checkKey,
  createClient,
  keyFingerprint,
  limits,
} from '../../src/customerio/index.ts'

describe('the address', () => {
  it('is the documented one of the region', () => {
    expect(baseUrl('us').href).toBe('https://cdp.customer.io/v1')
    expect(baseUrl('eu').href).toBe('https://cdp-eu.customer.io/v1')
    expect(baseUrl('eu', 'https://cdp-eu.customer.io/v1').host).toBe('cdp-eu.customer.io')
  })

  it.each([
    'http://127.0.0.1:8080/v1',
    'https://localhost/v1',
    'http://[::1]:1/v1',
    'http://127.9.9.9',
  ])('may be %s, on loopback', (url) => {
    expect(baseUrl('us', url).href).toContain(new URL(url).host)
  })

  it.each([
    'https://example.com/v1',
    'https://cdp.customer.io.example.com/v1',
    'http://cdp.customer.io/v1',
    'https://cdp-eu.customer.io/v1', // the other region
    'http://127.0.0.1.example.com/v1',
    'http://user:word@127.0.0.1/v1',
    'http://cdp.customer.io@127.0.0.1/v1',
    'http://10.0.0.1/v1',
    'file://localhost/etc',
    'nonsense',
  ])('is refused when it is %s', (url) => {
    expect(() => baseUrl('us', url)).toThrow(ConfigError)
    expect(() => createClient({ region: 'us', url, key: 'k', clock: systemClock })).toThrow(
      ConfigError,
    )
  })
})

describe('the key', () => {
  it.each(['', ' ', 'a b', 'key\n', 'a:b', 'ключ'])('is refused when it is %j', (key) => {
    expect(() => checkKey(key)).toThrow(ConfigError)
  })

  it('does not appear in what is thrown about it', () => {
    expect(() => checkKey('my secret')).not.toThrow(/my secret/)
  })

  it('is known by the first 12 hex digits of its SHA-256', () => {
    expect(keyFingerprint('abc')).toBe('ba7816bf8f01')
  })
})

it('frames a body as a batch within the documented limits', () => {
  const empty = Buffer.concat([batchFormat.head, batchFormat.tail]).toString()
  expect(JSON.parse(empty)).toEqual({ batch: [] })
  expect(batchFormat.maxMessageBytes).toBeLessThanOrEqual(32_000)
  expect(batchFormat.maxBodyBytes).toBeLessThanOrEqual(475_000)
  expect((limits.requestsPerWindow * 1000) / limits.windowMs).toBe(1000)
})
