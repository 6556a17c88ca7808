import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { z } from 'zod'
import { InvalidFiles, type LockSpec } from '../core/index.ts'
import { toProblems } from './issues.ts'
import { Name } from './names.ts'
import { parseYaml } from './yaml-file.ts'

/** The file of what sources looked like, beside customerio.yml. */
export const lockFileName = 'customerio.lock.yml'

const texts = z.record(z.string().min(1), z.string().min(1))
const LockFile = z.record(Name, z.strictObject({ columns: texts, personal: texts.default({}) }))

/** What is known of each sync's source, by the name of the sync. */
export type Locks = Readonly<Record<string, LockSpec>>

/** Reads the lock of a project; nothing is known without one. Throws {@link InvalidFiles}. */
export function readLock(root: string): Locks {
  const path = join(root, lockFileName)
  if (!existsSync(path)) return {}
  const yaml = parseYaml(lockFileName, readFileSync(path, 'utf8'))
  if (yaml.problems.length > 0) throw new InvalidFiles(yaml.problems)
  const parsed = LockFile.safeParse(yaml.value ?? {})
  if (!parsed.success) throw new InvalidFiles(toProblems(yaml, LockFile, parsed.error.issues))
  return parsed.data
}

/** The text of a lock file: syncs by name, columns in the order of their source. */
export function lockText(locks: Locks): string {
  const sorted = Object.keys(locks).sort()
  const entries = sorted.map((name) => {
    const { columns, personal } = locks[name] ?? { columns: {}, personal: {} }
    return [name, { columns, ...(Object.keys(personal).length > 0 && { personal }) }]
  })
  return `# What the sources of the syncs look like; "customerio-jobs lock" writes it. Commit it.\n${stringify(Object.fromEntries(entries), { lineWidth: 0 })}`
}
