import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createSignIn } from '../../../src/twin/workspace/index.ts'
import { handClock, principal, startWorkspace } from './workspace.ts'

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`
const me = '/api/2.0/preview/scim/v2/Me'
let at: Awaited<ReturnType<typeof startWorkspace>>

beforeAll(async () => {
  at = await startWorkspace({ lifetimeMs: 60_000 })
})
afterAll(() => at.close())

const signIn = (body: string, authorization = '') =>
  at.call('POST', '/oidc/v1/token', body, authorization)

describe('an OAuth token', () => {
  it('is given for the client credentials, by Basic authentication or in the form', async () => {
    const byBasic = await signIn('grant_type=client_credentials&scope=all-apis', basic('job:shh:1'))
    const byForm = await signIn('grant_type=client_credentials&client_id=job&client_secret=shh%3A1')

    for (const { status, json } of [byBasic, byForm]) {
      expect(status).toBe(200)
      expect(json).toMatchObject({ token_type: 'Bearer', expires_in: 60, scope: 'all-apis' })
      const answer = await at.call('GET', me, undefined, `Bearer ${json.access_token}`)
      expect([answer.status, answer.json.userName]).toEqual([200, 'job'])
    }
    expect(byBasic.json.access_token).not.toBe(byForm.json.access_token)
  })

  it('tells when it ends, as the driver reads it', async () => {
    const { json } = await signIn('grant_type=client_credentials', basic('job:shh:1'))
    const claims = JSON.parse(Buffer.from(json.access_token.split('.')[1], 'base64url').toString())
    expect(claims.exp).toBe(Math.floor(at.clock.now() / 1000) + 60)
  })

  it('is refused to a wrong client, and for another grant', async () => {
    const wrong = await signIn('grant_type=client_credentials', basic('job:guess'))
    const other = await signIn('grant_type=password', basic('job:shh:1'))

    expect([wrong.status, wrong.json.error]).toEqual([401, 'invalid_client'])
    expect([other.status, other.json.error]).toEqual([400, 'unsupported_grant_type'])
  })

  it('ends when its time is over', () => {
    const clock = handClock()
    const { token, authorize } = createSignIn(principal, clock, 60_000)
    const answer = token({
      method: 'POST',
      path: '/oidc/v1/token',
      query: new URLSearchParams(),
      headers: { authorization: basic('job:shh:1') },
      body: Buffer.from('grant_type=client_credentials'),
    })
    const { access_token } = answer.body as { access_token: string }
    const headers = { authorization: `Bearer ${access_token}` }

    clock.advance(59_000)
    expect(authorize(headers)).toBeUndefined()
    clock.advance(1_000)
    expect(authorize(headers)?.status).toBe(403)
  })
})

describe('a call', () => {
  it('without a credential is refused with 401', async () => {
    for (const authorization of ['', basic('job:shh:1')]) {
      const answer = await at.call('GET', me, undefined, authorization)
      expect([answer.status, answer.json.error_code]).toEqual([401, 401])
    }
  })

  it('with a wrong token is refused with 403, as the real service does', async () => {
    const { json } = await signIn('grant_type=client_credentials', basic('job:shh:1'))
    const [head, , tail] = json.access_token.split('.')
    const claims = Buffer.from(JSON.stringify({ sub: 'job', exp: 9e9 })).toString('base64url')
    for (const token of ['dapi0124', 'x', 'a.b', `${head}.${claims}.${tail}`, `.${tail}`]) {
      const answer = await at.call('GET', me, undefined, `Bearer ${token}`)
      expect([answer.status, answer.json]).toEqual([
        403,
        { error_code: 403, message: 'Invalid access token.' },
      ])
    }
  })

  it('may meet the fault expire-token', async () => {
    const faults = { decide: () => ({ act: 'expire-token' }) }
    const other = await startWorkspace({ faults })
    const answer = await other.call('GET', me)
    await other.close()
    expect(answer.status).toBe(403)
  })

  it('to a path that is not there is answered 404, but only to those who may come in', async () => {
    const known = await at.call('PATCH', '/api/2.0/instance-pools/w1')
    const stranger = await at.call('PATCH', '/api/2.0/instance-pools/w1', undefined, '')

    expect([known.status, known.json]).toEqual([
      404,
      {
        error_code: 'ENDPOINT_NOT_FOUND',
        message: "No API found for 'PATCH /instance-pools/w1'",
      },
    ])
    expect(stranger.status).toBe(401)
  })
})
