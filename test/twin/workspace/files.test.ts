import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { startWorkspace } from './workspace.ts'

const files = '/api/2.0/fs/files/Volumes/main/crm/files'
const directories = '/api/2.0/fs/directories/Volumes/main/crm/files'
let at: Awaited<ReturnType<typeof startWorkspace>>
let folder: string
let tests = 0

beforeAll(async () => {
  at = await startWorkspace()
})
afterAll(() => at.close())
beforeEach(() => {
  folder = `t${++tests}`
})

describe('a file', () => {
  it('is stored whole, its folders made, and read back byte by byte', async () => {
    const body = Buffer.from(Uint8Array.from({ length: 100_000 }, (_, i) => i * 7))
    const path = `${files}/${folder}/2026%20Q3/part-1.parquet`

    expect((await at.call('PUT', path, body)).status).toBe(204)

    const stored = await readFile(join(at.volume, folder, '2026 Q3/part-1.parquet'))
    expect(stored.equals(body)).toBe(true)
    expect((await at.call('GET', path)).headers['content-length']).toBe('100000')
    const head = await at.call('HEAD', path)
    expect([head.status, head.headers['content-length'], head.text]).toEqual([200, '100000', ''])
    expect(await readdir(join(at.folder, 'uploads'))).toEqual([])
  })

  it('is replaced unless overwrite=false, which answers 409 and keeps the first', async () => {
    const path = `${files}/${folder}/a.json`
    const answers = [
      await at.call('PUT', `${path}?overwrite=false`, 'one'),
      await at.call('PUT', `${path}?overwrite=false`, 'two'),
    ]

    expect(answers.map(({ status }) => status)).toEqual([204, 409])
    expect(answers[1]?.json).toEqual({
      error_code: 'ALREADY_EXISTS',
      message: 'The file being created already exists.',
    })
    expect((await at.call('GET', path)).text).toBe('one')
    await at.call('PUT', path, 'three')
    expect((await at.call('GET', path)).text).toBe('three')
  })

  it('is won by exactly one of many who put it at once', async () => {
    const path = `${files}/${folder}/race?overwrite=false`
    const bodies = Array.from({ length: 12 }, (_, i) => `body ${i}`)

    const answers = await Promise.all(bodies.map((body) => at.call('PUT', path, body)))

    const winners = bodies.filter((_, i) => answers[i]?.status === 204)
    expect(winners.length).toBe(1)
    expect((await at.call('GET', path)).text).toBe(winners[0])
  })

  it('may be empty', async () => {
    await at.call('PUT', `${files}/${folder}/empty`, '')
    const answer = await at.call('GET', `${files}/${folder}/empty`)
    expect([answer.status, answer.text]).toEqual([200, ''])
  })

  it('is gone once deleted, and then answers 404 like one that never was', async () => {
    const path = `${files}/${folder}/gone`
    await at.call('PUT', path, 'x')

    expect((await at.call('DELETE', path)).status).toBe(204)

    for (const method of ['GET', 'DELETE'] as const) {
      const answer = await at.call(method, path)
      expect([answer.status, answer.json.error_code]).toEqual([404, 'NOT_FOUND'])
    }
    expect((await at.call('HEAD', path)).status).toBe(404)
  })

  it('does not take the place of a folder, nor a folder that of a file', async () => {
    await at.call('PUT', `${directories}/${folder}/box`)
    await at.call('PUT', `${files}/${folder}/file`, 'x')

    expect((await at.call('PUT', `${files}/${folder}/box`, 'x')).status).toBe(409)
    expect((await at.call('PUT', `${files}/${folder}/file/below`, 'x')).status).toBe(409)
    expect((await at.call('PUT', `${directories}/${folder}/file`)).status).toBe(409)
  })
})

describe('a path', () => {
  it.each([
    ['a volume that is not there', '/Volumes/main/crm/nothing/a', 404, "Volume 'main.crm.nothing'"],
    ['no volume', '/Volumes/main/crm', 400, 'Path is missing a volume name'],
    ['no schema', '/Volumes/main', 400, 'Path is missing a schema name'],
    ['another root', '/Workspace/a/b/c', 400, 'unsupported first path component: Workspace'],
    ['a bad escape', '/Volumes/main/crm/files/%E0%A4', 400, 'percent-encoded'],
  ])('with %s is refused', async (_, path, status, words) => {
    const answer = await at.call('PUT', `/api/2.0/fs/files${path}`, 'x')
    expect([answer.status, answer.json.message.includes(words)]).toEqual([status, true])
  })

  it.each([
    '..%2F..%2Fsecrets.json',
    '%2e%2e/%2e%2e/%2e%2e/%2e%2e/secrets.json',
    'a/..%2f..%2f..%2f..%2f..%2fsecrets.json',
    '../../../../secrets.json',
    '%2e/a',
    'a//b',
    'a%00b',
    '%2Fetc%2Fpasswd',
  ])('never leaves the volume: %s', async (steps) => {
    for (const method of ['GET', 'PUT', 'DELETE']) {
      expect(await at.raw(method, `${files}/${steps}`)).toBe(400)
    }
  })

  it('never leaves the volume by a symbolic link', async () => {
    const outside = join(at.folder, `outside-${folder}`)
    await mkdir(outside)
    await writeFile(join(outside, 'private'), 'x')
    await symlink(outside, join(at.volume, folder))

    const answers = [
      await at.call('GET', `${files}/${folder}/private`),
      await at.call('PUT', `${files}/${folder}/new/deep`, 'x'),
      await at.call('GET', `${directories}/${folder}`),
    ]

    expect(answers.map(({ status }) => status)).toEqual([400, 400, 400])
    expect(await readdir(outside)).toEqual(['private'])
  })
})

describe('a directory', () => {
  it('lists its entries in pages, sorted, each once', async () => {
    const names = Array.from({ length: 7 }, (_, i) => `part-${i}.parquet`)
    for (const name of names) await at.call('PUT', `${files}/${folder}/${name}`, 'abc')
    await at.call('PUT', `${directories}/${folder}/zz`)

    const listed: { name: string }[] = []
    let token = ''
    let pages = 0
    do {
      const query = `?page_size=3${token && `&page_token=${token}`}`
      const { json } = await at.call('GET', `${directories}/${folder}${query}`)
      listed.push(...json.contents)
      token = json.next_page_token ?? ''
      pages++
    } while (token !== '')

    expect(listed.map(({ name }) => name)).toEqual([...names, 'zz'])
    expect(pages).toBe(3)
    expect(listed[0]).toMatchObject({
      path: `/Volumes/main/crm/files/${folder}/part-0.parquet`,
      is_directory: false,
      file_size: 3,
    })
    expect(listed[7]).toMatchObject({ is_directory: true })
  })

  it('is made with its parents, again and again', async () => {
    const path = `${directories}/${folder}/a/b`
    expect((await at.call('PUT', path)).status).toBe(204)
    expect((await at.call('PUT', path)).status).toBe(204)
    expect((await at.call('HEAD', path)).status).toBe(200)
    expect((await at.call('GET', path)).json).toEqual({ contents: [] })
  })

  it('is deleted only when it is empty', async () => {
    await at.call('PUT', `${files}/${folder}/x`, 'x')
    const full = await at.call('DELETE', `${directories}/${folder}`)
    await at.call('DELETE', `${files}/${folder}/x`)

    expect([full.status, full.json.details[0].reason]).toEqual([
      400,
      'FILES_API_DIRECTORY_IS_NOT_EMPTY',
    ])
    expect((await at.call('DELETE', `${directories}/${folder}`)).status).toBe(204)
    expect((await at.call('HEAD', `${directories}/${folder}`)).status).toBe(404)
    expect((await at.call('DELETE', directories)).status).toBe(400)
  })
})
