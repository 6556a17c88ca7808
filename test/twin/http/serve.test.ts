import { afterEach, describe, expect, it } from '@jest/globals'
import { Agent } from 'undici'
import { codesOf } from '../../../src/core/index.ts'
import { type Seen, type Served, type ServeOptions, serve } from '../../../src/twin/http/index.ts'
import { always, ask, clientOf, openDoor } from './doors.ts'

const agent = clientOf()
const open: Served[] = []

async function start(options: Partial<ServeOptions>) {
  const served = await serve({ address: 'eu', doors: [], port: 0, ...options })
  open.push(served)
  return served
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((served) => served.close(0)))
})

describe('serve', () => {
  it('hands a request to the first door that accepts it, body and query whole', async () => {
    const deaf = { ...openDoor(), accepts: () => false }
    const door = openDoor()
    const { origin } = await start({ doors: [deaf, door, openDoor()] })

    await ask(agent, `${origin}/v1/batch?a=1&b=x%20y`, {
      method: 'POST',
      body: 'x'.repeat(475_000),
      headers: { 'X-Strict-Mode': '1' },
    })

    expect(deaf.taken).toEqual([])
    const [taken] = door.taken
    expect([taken?.method, taken?.path, taken?.query.get('b')]).toEqual([
      'POST',
      '/v1/batch',
      'x y',
    ])
    expect(taken?.headers['x-strict-mode']).toBe('1')
    expect(taken?.body.equals(Buffer.alloc(475_000, 'x'))).toBe(true)
  })

  it('sends text as it is, an object as JSON, and nothing for 204', async () => {
    const answers = [
      { status: 200, body: 'ja' },
      { status: 201, body: { ok: [1] } },
      { status: 204 },
    ]
    const { origin } = await start({ doors: [openDoor(() => answers.shift() ?? { status: 500 })] })

    const [text, json, none] = [
      await ask(agent, origin),
      await ask(agent, origin),
      await ask(agent, origin),
    ]

    expect([text?.status, text?.text, text?.headers['content-type']]).toEqual([
      200,
      'ja',
      undefined,
    ])
    expect([json?.text, json?.headers['content-type']]).toEqual(['{"ok":[1]}', 'application/json'])
    expect([none?.status, none?.text, none?.headers['content-length']]).toEqual([
      204,
      '',
      undefined,
    ])
  })

  it('answers HEAD with the length a door states and no body', async () => {
    const door = openDoor(() => ({ status: 200, headers: { 'content-length': '12345' } }))
    const { origin } = await start({ doors: [door] })

    const answer = await ask(agent, origin, { method: 'HEAD' })

    expect([answer.headers['content-length'], answer.text]).toEqual(['12345', ''])
  })

  it('answers 404 when no door accepts, 413 above its limit, 500 when a door fails', async () => {
    const nobody = await start({ doors: [] })
    const small = await start({ doors: [openDoor()], maxBodyBytes: 10 })
    const broken = await start({
      doors: [openDoor(() => Promise.reject(new Error('no such wheel')))],
    })

    expect((await ask(agent, `${nobody.origin}/x`)).text).toContain('eu address has no GET /x')
    const large = await ask(agent, small.origin, { method: 'PUT', body: 'x'.repeat(11) })
    expect(large.status).toBe(413)
    const failed = await ask(agent, broken.origin)
    expect([failed.status, failed.text.includes('no such wheel')]).toEqual([500, true])
  })

  it('uses one connection for requests that follow each other', async () => {
    const { origin } = await start({ doors: [openDoor()] })
    const client = new Agent({ connections: 1 })
    let connections = 0
    client.on('connect', () => {
      connections++
    })

    for (let i = 0; i < 5; i++) await ask(client, origin, { method: 'POST', body: 'x' })

    expect(connections).toBe(1)
  })

  it('lets a request in flight finish when it closes, and takes no new one', async () => {
    let finish = () => {}
    const gate = new Promise<void>((resolve) => {
      finish = resolve
    })
    let entered = () => {}
    const inside = new Promise<void>((resolve) => {
      entered = resolve
    })
    const door = openDoor(async () => {
      entered()
      await gate
      return { status: 200, body: 'late' }
    })
    const { origin, close } = await start({ doors: [door] })

    const answer = ask(agent, origin)
    await inside
    const closed = close()
    await expect(ask(clientOf(), origin)).rejects.toThrow()
    finish()

    expect((await answer).text).toBe('late')
    await closed
  })

  it('drops a request that outlives the grace of closing', async () => {
    let entered = () => {}
    const inside = new Promise<void>((resolve) => {
      entered = resolve
    })
    const door = openDoor(() => {
      entered()
      return new Promise(() => {})
    })
    const { origin, close } = await start({ doors: [door] })

    const answer = ask(agent, origin).catch(codesOf)
    await inside
    await close(1)

    expect(await answer).toContain('UND_ERR_SOCKET')
  })

  it('says which port is in use', async () => {
    const { port } = await start({})

    await expect(serve({ address: 'us', doors: [], port })).rejects.toThrow(
      `Port ${port} is in use`,
    )
  })

  it('tells of every exchange', async () => {
    const seen: Seen[] = []
    const { origin } = await start({
      doors: [openDoor(() => ({ status: 201 }))],
      onRequest: (one) => seen.push(one),
    })

    await ask(agent, `${origin}/v1/batch`, { method: 'POST', body: 'abc' })
    await ask(agent, `${origin}/v1/batch`)

    expect(seen[0]).toEqual({
      address: 'eu',
      door: 'customerio',
      label: 'POST /v1/batch',
      status: 201,
      bytes: 3,
    })
  })
})

describe('a fault', () => {
  it('with a status answers in place of the door, which sees nothing', async () => {
    const door = openDoor()
    const faults = always({ status: 503, headers: { 'retry-after': '7' }, body: { why: 'tired' } })
    const { origin } = await start({ doors: [door], faults })

    const answer = await ask(agent, origin, { method: 'POST', body: 'x' })

    expect([answer.status, answer.headers['retry-after'], answer.text]).toEqual([
      503,
      '7',
      '{"why":"tired"}',
    ])
    expect(door.taken).toEqual([])
  })

  it('with a status and accepted answers in place of the door, which took the request', async () => {
    const door = openDoor()
    const { origin } = await start({
      doors: [door],
      faults: always({ status: 502, accepted: true }),
    })

    expect((await ask(agent, origin)).status).toBe(502)
    expect(door.taken.length).toBe(1)
  })

  it('resets the connection before the door sees the request', async () => {
    const door = openDoor()
    const { origin } = await start({ doors: [door], faults: always({ reset: 'before' }) })

    const codes = await ask(agent, origin).catch(codesOf)

    expect(codes).toContain('ECONNRESET')
    expect(door.taken).toEqual([])
  })

  it('resets the connection after the door took the request', async () => {
    const door = openDoor()
    const { origin } = await start({ doors: [door], faults: always({ reset: 'after' }) })

    expect(await ask(agent, origin).catch(codesOf)).toContain('ECONNRESET')
    expect(door.taken.length).toBe(1)
  })

  it('truncates an answer half way, under the length it promised', async () => {
    const door = openDoor(() => ({ status: 200, body: 'x'.repeat(1000) }))
    const { origin } = await start({ doors: [door], faults: always({ truncate: true }) })

    expect(await ask(agent, origin).catch(codesOf)).toContain('UND_ERR_SOCKET')
    expect(door.taken.length).toBe(1)
  })

  it('delays on the clock it was given, before the door sees the request', async () => {
    const trace: string[] = []
    const clock = {
      now: () => 0,
      sleep: async (ms: number) => void trace.push(`slept ${ms}`),
    }
    const door = openDoor(() => {
      trace.push('taken')
      return { status: 200 }
    })
    const { origin } = await start({ doors: [door], faults: always({ delayMs: 900_000 }), clock })

    await ask(agent, origin)

    expect(trace).toEqual(['slept 900000', 'taken'])
  })

  it('holds an answer back once the door has made it, and tells when that begins', async () => {
    const trace: string[] = []
    const clock = {
      now: () => 0,
      sleep: async (ms: number) => void trace.push(`slept ${ms}`),
    }
    const door = openDoor(() => {
      trace.push('taken')
      return { status: 200, body: 'done' }
    })
    const faults = always({ delayAfterMs: 900_000, onHeld: () => trace.push('held') })
    const { origin } = await start({ doors: [door], faults, clock })

    const answer = await ask(agent, origin)

    expect([answer.status, answer.text]).toEqual([200, 'done'])
    expect(trace).toEqual(['taken', 'held', 'slept 900000'])
  })

  it('waits no longer than the server is open', async () => {
    let begin = () => {}
    const begun = new Promise<void>((resolve) => {
      begin = resolve
    })
    let ended = false
    const clock = {
      now: () => 0,
      sleep: (_: number, signal?: AbortSignal) =>
        new Promise<void>((_, reject) => {
          signal?.addEventListener('abort', () => {
            ended = true
            reject(signal.reason)
          })
          begin()
        }),
    }
    const faults = always({ delayAfterMs: 900_000 })
    const { origin, close } = await start({ doors: [openDoor()], faults, clock })

    const answer = ask(agent, origin).catch(codesOf)
    await begun
    await close(0)

    expect(await answer).toContain('UND_ERR_SOCKET')
    expect(ended).toBe(true)
  })

  it('to act out reaches the door by name', async () => {
    const door = openDoor()
    const { origin } = await start({ doors: [door], faults: always({ act: 'expire-session' }) })

    await ask(agent, origin)

    expect(door.taken[0]?.fault).toBe('expire-session')
  })

  it('never touches the control door', async () => {
    const door = { ...openDoor(), name: 'control' as const }
    const { origin } = await start({ doors: [door], faults: always({ status: 503 }) })

    expect((await ask(agent, origin)).status).toBe(200)
  })
})
