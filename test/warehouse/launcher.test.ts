import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { afterEach, describe, expect, it } from '@jest/globals'
import { launcherOver } from '../../src/warehouse/launcher.ts'
import { launcherTokens } from '../../src/warehouse/token.ts'

const closers: (() => unknown)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

/** Two ends of one connection. */
async function pair(): Promise<[Socket, Socket]> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const ours = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [[theirs]] = (await Promise.all([once(server, 'connection'), once(ours, 'connect')])) as [
    [Socket],
    unknown,
  ]
  server.close()
  closers.push(
    () => ours.destroy(),
    () => theirs.destroy(),
  )
  return [ours, theirs]
}

/** A launcher whose other side answers with `answers` in turn; none left, it hangs up. */
async function aLauncher(...answers: object[]) {
  const [reading, answering] = await pair()
  const [asking, listening] = await pair()
  const heard: unknown[] = []
  createInterface({ input: listening }).on('line', (line) => {
    const request = JSON.parse(line) as { ask?: string }
    heard.push(request)
    if (request.ask === undefined) return
    const answer = answers.shift()
    if (answer === undefined) answering.destroy()
    else answering.write(`${JSON.stringify(answer)}\n`)
  })
  return { launcher: launcherOver(reading, asking), heard }
}

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'none',
    ({ code, message }: { code: string; message: string }) => `${code}: ${message}`,
  )

describe('the launcher', () => {
  it('gives each request its own answer, in order', async () => {
    const { launcher, heard } = await aLauncher({ value: 't1' }, { value: 's' }, { value: 't2' })
    const asked = [launcher.token(), launcher.secret('a', 'b'), launcher.token()]
    expect(await Promise.all(asked)).toEqual(['t1', 's', 't2'])
    expect(heard).toEqual([
      { ask: 'token' },
      { ask: 'secret', scope: 'a', key: 'b' },
      { ask: 'token' },
    ])
  })

  it('takes task values and answers none of them', async () => {
    const { launcher, heard } = await aLauncher({ value: 't' })
    launcher.setTaskValue('people', { sent: 3 })
    expect(await launcher.token()).toBe('t')
    expect(heard[0]).toEqual({ tell: 'task_value', key: 'people', value: { sent: 3 } })
  })

  it('says of a secret whether it is not there, may not be read, or could not be read', async () => {
    const { launcher } = await aLauncher(
      { error: 'missing', why: 'NotFound' },
      { error: 'denied', why: 'PermissionDenied' },
      { error: 'failed', why: 'TimeoutError' },
    )
    const said = [0, 1, 2].map(() => codeOf(launcher.secret('crm', 'eu')))
    expect(await Promise.all(said)).toEqual([
      expect.stringMatching(/^SECRET_MISSING: secret:\/\/crm\/eu .*put-secret crm eu/),
      expect.stringMatching(/^PERMISSION_DENIED: secret:\/\/crm\/eu .*put-acl crm .* READ/),
      expect.stringMatching(/^SECRET_UNREADABLE: secret:\/\/crm\/eu .*TimeoutError/),
    ])
  })

  it('that gets no token says so', async () => {
    const { launcher } = await aLauncher({ error: 'failed', why: 'ValueError' })
    expect(await codeOf(launcher.token())).toMatch(/^UNAUTHENTICATED: .*ValueError/)
  })

  it('that is gone fails what waits for it and whatever is asked later', async () => {
    const { launcher } = await aLauncher()
    const waiting = [codeOf(launcher.secret('a', 'b')), codeOf(launcher.token())]
    for (const said of await Promise.all(waiting)) expect(said).toMatch(/^LAUNCHER_GONE/)
    expect(await codeOf(launcher.token())).toMatch(/^LAUNCHER_GONE/)
    expect(() => launcher.setTaskValue('a', 1)).not.toThrow()
  })
})

describe('tokens of a launcher', () => {
  it('are asked for each time, once for all who wait', async () => {
    const { launcher, heard } = await aLauncher({ value: 'one' }, { value: 'two' })
    const token = launcherTokens(launcher)
    expect(await Promise.all([token(), token(), token()])).toEqual(['one', 'one', 'one'])
    expect(await token(true)).toBe('two')
    expect(heard).toHaveLength(2)
  })

  it('serve on when the launcher is gone: a run that stops has outcomes to write down', async () => {
    const { launcher } = await aLauncher({ value: 'one' })
    const token = launcherTokens(launcher)
    expect([await token(), await token(), await token()]).toEqual(['one', 'one', 'one'])
  })

  it('are not made up: a refusal is one, also after a token', async () => {
    const { launcher } = await aLauncher({ value: 'one' }, { error: 'denied', why: 'X' })
    const token = launcherTokens(launcher)
    await token()
    expect(await codeOf(token())).toMatch(/^UNAUTHENTICATED/)
  })
})
