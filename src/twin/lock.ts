import { randomBytes } from 'node:crypto'
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ConfigError, codesOf } from '../core/index.ts'

/** Locks of this process: one with its number that is not among them is left from another life. */
const held = new Set<string>()

/**
 * Takes the folder for this process, and returns how to give it back. The lock of a process that is no more is
 * taken over.
 *
 * @throws ConfigError DATA_FOLDER_LOCKED when a twin that runs has it.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const lock = join(folder, 'lock')
  const id = randomBytes(6).toString('hex')
  const mine = `${lock}.${id}`
  held.add(id)
  try {
    await writeFile(mine, `${process.pid} ${id}\n`)
    while (!(await tryLink(mine, lock))) {
      const owner = await ownerOf(lock)
      if (isAlive(owner)) throw locked(folder, owner?.pid)
      await removeDead(lock, `${mine}.dead`)
    }
  } catch (error) {
    held.delete(id)
    throw error
  } finally {
    await rm(mine, { force: true })
  }
  return async () => {
    await rm(lock, { force: true })
    held.delete(id)
  }
}

/** The lock appears by a link, with its content already in it, and for one process only. */
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
 * Moves the lock of a dead owner aside. Of several that try, one moves it; whoever finds that it moved the lock of a
 * living owner, taken in between, puts that back.
 */
async function removeDead(lock: string, aside: string): Promise<void> {
  try {
    await rename(lock, aside)
  } catch (error) {
    if (codesOf(error).includes('ENOENT')) return
    throw error
  }
  if (isAlive(await ownerOf(aside))) await tryLink(aside, lock)
  await rm(aside, { force: true })
}

interface Owner {
  readonly pid: number
  readonly id: string
}

async function ownerOf(file: string): Promise<Owner | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '')
  const [, pid, id] = /^(\d+) (\w+)\n$/.exec(text) ?? []
  return pid === undefined || id === undefined ? undefined : { pid: Number(pid), id }
}

function isAlive(owner: Owner | undefined): boolean {
  if (owner === undefined) return false
  if (owner.pid === process.pid) return held.has(owner.id)
  try {
    process.kill(owner.pid, 0)
    return true
  } catch (error) {
    return codesOf(error).includes('EPERM')
  }
}

function locked(folder: string, owner: number | undefined): ConfigError {
  return new ConfigError(
    'DATA_FOLDER_LOCKED',
    `Another twin (process ${owner}) uses ${folder}. Stop it, or name another folder with --data; if no twin runs, delete ${join(folder, 'lock')}.`,
    { context: { owner } },
  )
}
