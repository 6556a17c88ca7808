import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { startWorkspace } from './workspace.ts'

let at: Awaited<ReturnType<typeof startWorkspace>>
beforeAll(async () => {
  at = await startWorkspace()
})
afterAll(() => at.close())

const get = (scope: string, key: string) =>
  at.call('GET', `/api/2.0/secrets/get?scope=${scope}&key=${key}`)
const plain = (value: string) => Buffer.from(value, 'base64').toString()

it('gives the keys of both regions and the id secret from its first start, random and private', async () => {
  const values = []
  for (const key of ['us', 'eu', 'ids']) {
    const { status, json } = await get('customerio', key)
    expect([status, json.key]).toEqual([200, key])
    values.push(plain(json.value))
  }

  expect(new Set(values).size).toBe(3)
  const file = join(at.folder, 'secrets.json')
  expect(JSON.parse(await readFile(file, 'utf8')).customerio.us).toBe(values[0])
  expect((await stat(file)).mode & 0o777).toBe(0o600)
})

it('tells a missing scope from a missing key', async () => {
  const [scope, key, inherited] = [
    await get('nowhere', 'us'),
    await get('customerio', 'mars'),
    await get('customerio', 'constructor'),
  ]
  expect([scope?.status, scope?.json.error_code]).toEqual([404, 'RESOURCE_DOES_NOT_EXIST'])
  expect(scope?.json.message).toBe('Scope nowhere does not exist!')
  expect(key?.json.message).toBe('Secret does not exist with scope: customerio and key: mars')
  expect(inherited?.status).toBe(404)
})

it('takes new scopes and values, all of those put at once', async () => {
  await at.call('POST', '/api/2.0/secrets/scopes/create', '{"scope":"own"}')
  const keys = ['a', 'b', 'c', 'd']
  await Promise.all(
    keys.map((key) =>
      at.call(
        'POST',
        '/api/2.0/secrets/put',
        JSON.stringify({ scope: 'own', key, string_value: key }),
      ),
    ),
  )

  const { json } = await at.call('GET', '/api/2.0/secrets/list?scope=own')
  expect(json.secrets.map(({ key }: { key: string }) => key).sort()).toEqual(keys)
  expect(plain((await get('own', 'c')).json.value)).toBe('c')
  const again = await at.call('POST', '/api/2.0/secrets/scopes/create', '{"scope":"own"}')
  expect(again.json.error_code).toBe('RESOURCE_ALREADY_EXISTS')
  const bad = await at.call('POST', '/api/2.0/secrets/put', '{"scope":')
  expect(bad.json.error_code).toBe('MALFORMED_REQUEST')
})

it('answers what a person wrote into the file in the meantime', async () => {
  const file = join(at.folder, 'secrets.json')
  const scopes = JSON.parse(await readFile(file, 'utf8'))
  scopes.customerio.us = 'rotated'
  await writeFile(file, JSON.stringify(scopes))

  expect(plain((await get('customerio', 'us')).json.value)).toBe('rotated')
})
