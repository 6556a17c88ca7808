import { randomBytes } from 'node:crypto'
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { ConfigError, codesOf } from '../core/index.ts'

/**
 * Takes the folder for this process, and returns how to give it back. The lock of a process that is no more is
 * taken over.
 *
 * @throws ConfigError DATA_FOLDER_LOCKED when a twin that runs has it.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const lock = join(resolve(folder), 'lock')
  const mine = join(folder, `lock.${randomBytes(6).toString('hex')}`)
  await writeFile(mine, `${process.pid}\n`)
  try {
    while (!(await tryLink(mine, lock))) {
      const owner = await ownerOf(lock)
      if (owner !== undefined && isAlive(lock, owner)) throw locked(folder, owner)
      await removeDead(lock, `${mine}.dead`)
    }
  } finally {
    await rm(mine, { force: true })
  }
  held.add(lock)
  return async () => {
    held.delete(lock)
    await rm(lock, { force: true })
  }
}

/** A name appears by a link with its content already in it, and for one process only. */
async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if (codesOf(error).includes('EEXIST')) return false
    throw error
  }
}

/**
 * Moves the lock of a dead owner aside. Of several that try, one moves it; whoever then finds that it moved a live
 * owner's lock (taken in between) puts that back.
 */
async function removeDead(lock: string, aside: string): Promise<void> {
  try {
    await rename(lock, aside)
  } catch {
    return
  }
  const owner = await ownerOf(aside)
  if (owner !== undefined && isAlive(lock, owner)) await tryLink(aside, lock)
  await rm(aside, { force: true })
}

async function ownerOf(file: string): Promise<number | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '')
  return /^\d+\n$/.test(text) ? Number(text) : undefined
}

/** Folders that this process has: a lock with its number that is not among them is left from another life. */
const held = new Set<string>()

function isAlive(lock: string, pid: number): boolean {
  if (pid === process.pid) return held.has(lock)
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codesOf(error).includes('EPERM')
  }
}

function locked(folder: string, owner: number): ConfigError {
  return new ConfigError(
    'DATA_FOLDER_LOCKED',
    `Another twin (process ${owner}) uses ${folder}. Stop it, or name another folder with --data; if no twin runs, delete ${join(folder, 'lock')}.`,
    { context: { owner } },
  )
}
