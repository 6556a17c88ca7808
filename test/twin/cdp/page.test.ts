import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { pageScript } from '../../../src/twin/cdp/page-script.ts'
import { type Served, serve } from '../../../src/twin/http/index.ts'
import { aTwin, headersOf } from './support.ts'

const hostile = '<img src=x onerror=alert(1)>'
let twin: Awaited<ReturnType<typeof aTwin>>
let served: Served

beforeEach(async () => {
  twin = await aTwin()
  served = await serve({ address: 'us', doors: [twin.door], port: 0 })
})
afterEach(() => served.close(0))

const get = async (path: string) => {
  const response = await fetch(served.origin + path)
  return { status: response.status, headers: response.headers, text: await response.text() }
}
const json = async (path: string) => JSON.parse((await get(path)).text)

describe('the page', () => {
  it('is one document that needs and may fetch nothing from elsewhere', async () => {
    const { status, headers, text } = await get('/')
    expect(status).toBe(200)
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(headers.get('content-security-policy')).toMatch(
      /default-src 'none'; script-src 'sha256-/,
    )
    expect(headers.get('content-security-policy')).not.toContain('unsafe')
    expect(text.match(/(https?:)?\/\/[a-z]/gi)).toBeNull()
  })

  it('holds no data itself and puts data in as text alone', async () => {
    const empty = (await get('/')).text
    await twin.take({ type: 'identify', userId: hostile, traits: { x: hostile } })
    expect((await get('/')).text).toBe(empty)
    expect(pageScript).not.toMatch(
      /innerHTML|outerHTML|insertAdjacent|document\.write|eval|Function\(|srcdoc/,
    )
    expect(() => new Function(pageScript)).not.toThrow()
  })

  it('gives its data as JSON that no browser takes for a page', async () => {
    await twin.take({ type: 'identify', userId: hostile })
    const { headers, text } = await get('/twin/list.json?name=people')
    expect(headers.get('content-type')).toBe('application/json')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(JSON.parse(text).rows[0].id).toBe(hostile)
  })

  it('is not shown under a name that is not loopback', async () => {
    const query = new URLSearchParams()
    const ask = (host: string) =>
      twin.door.handle({
        method: 'GET',
        path: '/',
        query,
        headers: { host },
        body: Buffer.alloc(0),
      })
    for (const host of ['localhost', '127.0.0.1:80', '[::1]:8081', 'eu.localhost:1'])
      expect((await ask(host)).status).toBe(200)
    for (const host of [
      'evil.example.com',
      '',
      '10.0.0.1',
      'localhost.example.com',
      '127.0.0.1.example.com',
    ])
      expect((await ask(host)).status).toBe(403)
  })

  it('can ask for a secret', async () => {
    const { door } = await aTwin({ pageSecret: 's3' })
    const status = async (path: string, query: string) =>
      (
        await door.handle({
          method: 'GET',
          path,
          query: new URLSearchParams(query),
          headers: headersOf({}),
          body: Buffer.alloc(0),
        })
      ).status
    expect(await status('/', '')).toBe(403)
    expect(await status('/twin/overview.json', 'secret=other')).toBe(403)
    expect(await status('/twin/overview.json', 'secret=s3')).toBe(200)
  })

  it('only shows', async () => {
    const response = await fetch(`${served.origin}/`, { method: 'POST' })
    expect(response.status).toBe(405)
  })
})

describe('the data of the page', () => {
  const people = (n: number) =>
    Array.from({ length: n }, (_, i) => ({ type: 'identify', userId: `u${i}`, traits: { n: i } }))

  it('sums up what was received', async () => {
    await twin.take(...people(3))
    await twin.post('identify', '{')
    const overview = await json('/twin/overview.json')
    expect(overview).toMatchObject({
      version: 4,
      counts: { requests: 4, messages: 3, people: 3, dropped: 1, lost: 1 },
      mostInWindow: 4,
    })
    expect(overview.perSecond).toHaveLength(60)
    expect(overview.perSecond.at(-1)).toBe(4)
    twin.clock.at += 59_000
    expect((await json('/twin/overview.json')).perSecond[0]).toBe(4)
    twin.clock.at += 1000
    expect(Math.max(...(await json('/twin/overview.json')).perSecond)).toBe(0)
  })

  it('comes newest first, in parts, and searched', async () => {
    await twin.take(...people(25))
    const ids = async (query: string) => {
      const { rows, hasMore } = await json(`/twin/list.json?name=people&${query}`)
      return [rows.map(({ id }: { id: string }) => id), hasMore]
    }
    expect(await ids('limit=2')).toEqual([['u24', 'u23'], true])
    expect(await ids('limit=2&offset=23')).toEqual([['u1', 'u0'], false])
    expect(await ids('search=U1&limit=3&offset=1')).toEqual([['u18', 'u17', 'u16'], true])
    expect(await ids('search=nobody')).toEqual([[], false])
  })

  it('mixes both regions by time', async () => {
    const { store, clock } = twin
    const eu = await aTwin({ store, clock, region: 'eu' } as object)
    for (const door of [twin, eu, twin, eu]) {
      clock.at += 1
      await door.take({ type: 'page', userId: 'u1', name: `at ${clock.at % 1000}` })
    }
    const { rows } = await json('/twin/list.json?name=events')
    expect(rows.map(({ region }: { region: string }) => region)).toEqual(['eu', 'us', 'eu', 'us'])
    expect((await json('/twin/list.json?name=requests')).rows).toHaveLength(4)
  })

  it('has every list, and no other', async () => {
    await twin.take(
      { type: 'group', userId: 'u1', groupId: 'g1', traits: { ['n'.repeat(151)]: 1 } },
      {
        type: 'track',
        userId: 'u1',
        event: 'Device Created or Updated',
        context: { device: { token: 't' } },
      },
      { type: 'track', userId: 'u2', event: 'User Suppressed' },
      { type: 'identify', userId: 'u2' },
      { type: 'page', userId: 'u1' },
      { type: 'track', event: 'Report Content Event', properties: {} },
    )
    await twin.post('identify', '{')
    const names =
      'people events objects relationships devices messages requests dropped ignored failures suppressions reports'
    for (const name of names.split(' ')) {
      const { rows } = await json(`/twin/list.json?name=${name}`)
      expect([name, rows.length > 0]).toEqual([name, true])
      expect(pageScript).toContain(`\n  ${name}: [[`)
    }
    expect((await get('/twin/list.json?name=secrets')).status).toBe(404)
    expect((await get('/twin/other.json')).status).toBe(404)
  })

  it('shows one person whole', async () => {
    await twin.take({ type: 'page', userId: 'ada@example.com', name: 'Home' })
    expect(await json('/twin/person.json?region=us&id=ada%40example.com')).toMatchObject({
      person: { email: 'ada@example.com' },
      events: [{ name: 'Home' }],
      devices: [],
      relationships: [],
    })
    expect((await get('/twin/person.json?region=eu&id=ada%40example.com')).status).toBe(404)
  })
})
