import { randomBytes } from 'node:crypto'
import {
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { ConfigError, codesOf } from '../core/index.ts'

/** Locks of this process: one with its number that is not among them is left from another life. */
const held = new Set<string>()

/**
 * Takes the folder for this process, and returns how to give it back. The lock of a process that is no more is
 * taken over.
 *
 * @throws ConfigError DATA_FOLDER_LOCKED when a twin that runs has it.
 */
export async function lockFolder(folder: string): Promise<() => void> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const lock = join(folder, 'lock')
  const id = randomBytes(6).toString('hex')
  const mine = `${lock}.${id}`
  writeFileSync(mine, `${process.pid} ${id}\n`)
  try {
    while (!(links(mine, lock) || replacesDead(mine, lock))) {
      const state = stateOf(lock)
      if (typeof state === 'number') throw locked(folder, state)
      await delay(5)
    }
    held.add(id)
  } finally {
    rmSync(mine, { force: true })
  }
  return () => {
    rmSync(lock, { force: true })
    held.delete(id)
  }
}

/** Takes a free folder: the lock appears with its content already in it, and for one process only. */
function links(mine: string, lock: string): boolean {
  return succeeds(() => linkSync(mine, lock), 'EEXIST')
}

/**
 * Replaces a dead owner's lock. One process at a time may: between its look at the lock and the rename nobody else
 * touches it. Whoever is killed in that instant leaves the turn behind, for ten seconds.
 */
function replacesDead(mine: string, lock: string): boolean {
  const turn = `${lock}.turn`
  if (!succeeds(() => mkdirSync(turn), 'EEXIST')) {
    const since = statSync(turn, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()
    if (Date.now() - since > 10_000) succeeds(() => rmdirSync(turn), 'ENOENT')
    return false
  }
  try {
    if (stateOf(lock) !== 'dead') return false
    renameSync(mine, lock)
    return true
  } finally {
    rmdirSync(turn)
  }
}

/** False when it fails with `code`; any other failure is thrown. */
function succeeds(act: () => void, code: string): boolean {
  try {
    act()
    return true
  } catch (error) {
    if (codesOf(error).includes(code)) return false
    throw error
  }
}

/** The number of the living process that has the lock, `dead` when its owner is no more, `free` without a lock. */
function stateOf(lock: string): number | 'dead' | 'free' {
  let text: string
  try {
    text = readFileSync(lock, 'utf8')
  } catch (error) {
    if (codesOf(error).includes('ENOENT')) return 'free'
    throw error
  }
  const [, pid = '', id = ''] = /^(\d+) (\w+)\n$/.exec(text) ?? []
  return pid !== '' && isAlive(Number(pid), id) ? Number(pid) : 'dead'
}

function isAlive(pid: number, id: string): boolean {
  if (pid === process.pid) return held.has(id)
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
