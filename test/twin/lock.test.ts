import { spawnSync } from 'node:child_process'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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
  await release()
  await (await lockFolder(folder))()
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
  await release()
  expect(await readdir(folder)).toEqual([])
})

it('lets exactly one of many have a folder that a dead twin left', async () => {
  await writeFile(join(folder, 'lock'), `${deadPid()} abc\n`)

  const tries = await Promise.allSettled(Array.from({ length: 10 }, () => lockFolder(folder)))

  expect(tries.filter(({ status }) => status === 'fulfilled').length).toBe(1)
  expect(await readdir(folder)).toEqual(['lock'])
})
