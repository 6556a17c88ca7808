import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { startWorkspace } from './workspace.ts'

let at: Awaited<ReturnType<typeof startWorkspace>>
beforeAll(async () => {
  at = await startWorkspace()
})
afterAll(() => at.close())

const post = (call: string, body: object) =>
  at.call('POST', `/api/2.0/workspace/${call}`, JSON.stringify(body))
const get = (call: string, path: string) =>
  at.call('GET', `/api/2.0/workspace/${call}?path=${encodeURIComponent(path)}`)
const upload = (path: string, body: string, overwrite = false) => {
  const name = encodeURIComponent(path.slice(1))
  const query = overwrite ? '?overwrite=true' : '?overwrite=false'
  return at.call('POST', `/api/2.0/workspace-files/import-file/${name}${query}`, body)
}

it('keeps a file under both of its names', async () => {
  await post('mkdirs', { path: '/Workspace/Users/me/files' })
  expect((await upload('/Workspace/Users/me/files/a b.txt', 'hello')).status).toBe(200)

  const status = await get('get-status', '/Users/me/files/a b.txt')
  expect(status.json).toMatchObject({ object_type: 'FILE', size: 5 })
  const { json } = await get('export', '/Workspace/Users/me/files/a b.txt')
  expect(Buffer.from(json.content, 'base64').toString()).toBe('hello')
  const raw = await at.call(
    'GET',
    '/api/2.0/workspace/export?path=%2FUsers%2Fme%2Ffiles%2Fa%20b.txt&direct_download=true',
  )
  expect(raw.text).toBe('hello')
})

it('wants the parent folder first, as the real service does', async () => {
  const refused = await upload('/Workspace/nowhere/a.txt', 'x')
  expect([refused.status, refused.json.error_code]).toEqual([404, 'RESOURCE_DOES_NOT_EXIST'])
})

it('gives a name to one of several writers, unless they may overwrite', async () => {
  await post('mkdirs', { path: '/state' })
  const answers = await Promise.all(
    ['1', '2', '3', '4'].map((text) => upload('/state/deploy.lock', text)),
  )
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409])
  expect((await upload('/state/deploy.lock', 'mine', true)).status).toBe(200)
  const { json } = await get('export', '/state/deploy.lock')
  expect(Buffer.from(json.content, 'base64').toString()).toBe('mine')
})

it('deletes a folder with something in it only when asked to', async () => {
  await post('mkdirs', { path: '/full/of' })
  expect((await post('delete', { path: '/full' })).json.error_code).toBe('DIRECTORY_NOT_EMPTY')
  expect((await post('delete', { path: '/full', recursive: true })).status).toBe(200)
  expect((await get('get-status', '/full')).status).toBe(404)
  expect((await post('delete', { path: '/full', recursive: true })).status).toBe(404)
})

it('lists a folder by name', async () => {
  await post('mkdirs', { path: '/list/b' })
  await upload('/list/a', '')
  const { json } = await get('list', '/list')
  expect(json.objects).toMatchObject([
    { path: '/list/a', object_type: 'FILE', size: 0 },
    { path: '/list/b', object_type: 'DIRECTORY' },
  ])
})

it('refuses paths that lead elsewhere', async () => {
  expect((await post('mkdirs', { path: 'relative' })).status).toBe(400)
  for (const path of ['/../secrets.json', '/a/../../secrets.json', '//a', '/a\0b']) {
    expect((await post('mkdirs', { path })).json).toMatchObject({
      error_code: 'INVALID_PARAMETER_VALUE',
    })
    expect((await upload(path, 'x')).status).toBe(400)
  }
  const garbled = await at.call('POST', '/api/2.0/workspace-files/import-file/%E0%A4%A', 'x')
  expect(garbled.status).toBe(400)
})
