import { generateKeyPairSync, type JsonWebKey, sign } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { silentLog } from '../../src/core/index.ts'
import { openWorkspace } from '../../src/warehouse/index.ts'
import { startWorkspace } from '../twin/workspace/workspace.ts'

/*
 * The way into a workspace from GitHub Actions: a stand-in for GitHub's issuer, the twin's workspace, and ours between
 * them, over HTTP.
 */

const subject = 'repo:org/crm:environment:staging'
const issuer = 'https://token.actions.githubusercontent.com'
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const jwk: JsonWebKey = publicKey.export({ format: 'jwk' })

let at: Awaited<ReturnType<typeof startWorkspace>>
/** What the issuer is asked for, and the claims it puts into its tokens beside the audience. */
const asked: string[] = []
let claims: Record<string, unknown> = {}
const github = createServer(({ url = '', headers }, response) => {
  asked.push(url)
  const isJob = headers.authorization === 'Bearer job right'
  const audience = new URL(url, 'http://localhost').searchParams.get('audience')
  response.writeHead(isJob ? 200 : 401)
  response.end(isJob ? JSON.stringify({ value: signed({ aud: audience, ...claims }) }) : '{}')
})

function signed(body: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const exp = Math.floor(at.clock.now() / 1000) + 300
  const text = `${part({ alg: 'RS256', kid: 'k1' })}.${part({ iss: issuer, sub: subject, exp, ...body })}`
  return `${text}.${sign('RSA-SHA256', Buffer.from(text), privateKey).toString('base64url')}`
}

beforeAll(async () => {
  at = await startWorkspace({
    lifetimeMs: 600_000,
    federation: { issuer, subject, audiences: ['account'], keys: [{ ...jwk, kid: 'k1' }] },
  })
  await new Promise<void>((resolve) => github.listen(0, '127.0.0.1', resolve))
})
afterAll(async () => {
  await at?.close()
  await new Promise((resolve) => github.close(resolve))
})

function workspaceFor(given: { audience?: string; clientId?: string; right?: string } = {}) {
  const { audience = 'account', clientId = 'job', right = 'job right' } = given
  const { port } = github.address() as AddressInfo
  return openWorkspace({
    origin: at.origin,
    credentials: {
      kind: 'github',
      clientId,
      audience,
      request: { url: `http://127.0.0.1:${port}/token?api-version=2.0`, token: right },
    },
    clock: at.clock,
    log: silentLog,
    budgetMs: 100,
  })
}

async function failure(workspace: ReturnType<typeof openWorkspace>) {
  try {
    return await workspace.identity().then(
      () => 'none',
      (error: unknown) => error,
    )
  } finally {
    await workspace.close()
  }
}

it('exchanges a token of GitHub for one of the workspace, and a new one before that ends', async () => {
  claims = {}
  const workspace = workspaceFor()
  expect(await workspace.identity()).toBe('job')
  expect(asked).toEqual(['/token?api-version=2.0&audience=account'])
  await workspace.identity()
  expect(asked).toHaveLength(1)
  at.clock.advance(9.5 * 60_000)
  expect(await workspace.identity()).toBe('job')
  expect(asked).toHaveLength(2)
  await workspace.close()
})

it.each([
  ['another repository or environment', { sub: 'repo:org/other:environment:staging' }],
  ['another issuer', { iss: 'https://gitlab.example.com' }],
  ['a time that is over', { exp: 1 }],
])('is refused for a token that names %s', async (_, wrong) => {
  claims = wrong
  const error = await failure(workspaceFor())
  expect(error).toMatchObject({ code: 'UNAUTHENTICATED' })
  expect(String(error)).toContain('federation policy')
  claims = {}
})

it('is refused for another audience, another service principal, and without the right to ask', async () => {
  claims = {}
  expect(await failure(workspaceFor({ audience: 'else' }))).toMatchObject({
    code: 'UNAUTHENTICATED',
  })
  expect(await failure(workspaceFor({ clientId: 'else' }))).toMatchObject({
    code: 'UNAUTHENTICATED',
  })
  const error = await failure(workspaceFor({ right: 'none' }))
  expect(error).toMatchObject({ code: 'GITHUB_TOKEN' })
  expect(String(error)).toContain('permissions: id-token: write')
})

it('takes no token that somebody changed or signed himself', async () => {
  const form = (token: string) =>
    `grant_type=urn:ietf:params:oauth:grant-type:token-exchange&subject_token_type=urn:ietf:params:oauth:token-type:jwt&client_id=job&subject_token=${token}`
  const good = signed({ aud: 'account' })
  const [head, , signature] = good.split('.')
  const body = Buffer.from(JSON.stringify({ iss: issuer, sub: subject, aud: 'account', exp: 9e9 }))
  const own = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  const text = `${head}.${body.toString('base64url')}`
  const ask = async (token: string) =>
    (await at.call('POST', '/oidc/v1/token', form(token), '')).status
  expect(await ask(good)).toBe(200)
  expect(await ask(`${text}.${signature}`)).toBe(400)
  expect(
    await ask(`${text}.${sign('RSA-SHA256', Buffer.from(text), own).toString('base64url')}`),
  ).toBe(400)
  expect(await ask('x.y')).toBe(400)
})
