import { execFile, spawn, spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { lockFolder } from '../../src/twin/lock.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'twin-lock-'))
})
afterEach(() => rm(folder, { recursive: true }))

/** The number of a process that has ended. */
const deadPid = () => spawnSync(process.execPath, ['--version']).pid

it('keeps a second twin out until the first gives the folder back', async () => {
  const release = await lockFolder(folder)
  await expect(lockFolder(folder)).rejects.toMatchObject({ code: 'DATA_FOLDER_LOCKED' })
  release()
  const again = await lockFolder(folder)
  again()
  expect(await readdir(folder)).toEqual([])
})

it('keeps a twin out while another process that lives has the folder', async () => {
  await writeFile(join(folder, 'lock'), `${process.ppid} abc\n`)
  await expect(lockFolder(folder)).rejects.toThrow(`process ${process.ppid}`)
})

it.each([
  ['a process that has ended', () => `${deadPid()} abc\n`],
  ['an earlier process of the same number', () => `${process.pid} abc\n`],
  ['a write that was cut off', () => '12'],
])('takes over the lock of %s', async (_, content) => {
  await writeFile(join(folder, 'lock'), content())
  const release = await lockFolder(folder)
  release()
  expect(await readdir(folder)).toEqual([])
})

it('is not held up by a process that died while it took over', async () => {
  await writeFile(join(folder, 'lock'), `${deadPid()} abc\n`)
  await mkdir(join(folder, 'lock.turn'))
  await utimes(join(folder, 'lock.turn'), 1, 1)
  const release = await lockFolder(folder)
  release()
})

it('lets exactly one of many processes have a folder that a dead twin left', async () => {
  await writeFile(join(folder, 'lock'), `${deadPid()} abc\n`)
  const run = promisify(execFile)
  const bundle = ['--bundle', '--platform=node', '--format=esm', '--log-level=error']
  const lock = join(folder, 'lock.mjs')
  await run(resolve('node_modules/.bin/esbuild'), [
    'src/twin/lock.ts',
    ...bundle,
    `--outfile=${lock}`,
  ])
  const script = `import { lockFolder } from ${JSON.stringify(lock)}
    await lockFolder(${JSON.stringify(folder)}).then(() => console.log('mine'), () => console.log('taken'))
    process.stdin.resume()`

  const children = Array.from({ length: 6 }, () =>
    spawn(process.execPath, ['--input-type=module', '-e', script]),
  )
  const said = await Promise.all(
    children.map((child) => new Promise((tell) => child.stdout.once('data', tell))),
  )
  // Whoever has the folder stays until all have tried.
  for (const child of children) child.stdin.end()

  expect(said.map(String).sort()).toEqual(['mine\n', ...Array(5).fill('taken\n')])
})

it('lets exactly one of many in one process have a folder that a dead twin left', async () => {
  await writeFile(join(folder, 'lock'), `${deadPid()} abc\n`)

  const tries = await Promise.allSettled(Array.from({ length: 10 }, () => lockFolder(folder)))

  expect(tries.filter(({ status }) => status === 'fulfilled').length).toBe(1)
  expect(await readdir(folder)).toEqual(['lock'])
})
