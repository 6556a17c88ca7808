import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import {
  columnSuggestions,
  type Locks,
  lockFileName,
  lockText,
  readLock,
  suggestionsPath,
} from '../config/index.ts'

/** Writes what is known of the sources: the lock, and for editors a schema per sync. Those of gone syncs are removed. */
export function writeLock(root: string, locks: Locks): void {
  const gone = Object.keys(readLock(root)).filter((name) => !Object.hasOwn(locks, name))
  for (const name of gone) rmSync(join(root, suggestionsPath(name)), { force: true })
  for (const [name, { columns }] of Object.entries(locks)) {
    const path = join(root, suggestionsPath(name))
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, `${JSON.stringify(columnSuggestions(Object.keys(columns)), null, 2)}\n`)
  }
  writeFileSync(join(root, lockFileName), lockText(locks))
}
