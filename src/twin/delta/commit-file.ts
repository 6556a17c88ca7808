import { randomUUID } from 'node:crypto'
import { link, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { codesOf } from '../../core/index.ts'
import type { Action } from './actions.ts'
import { DeltaError } from './errors.ts'
import { toFileTime } from './file-times.ts'

/** The name of a version's commit file. */
export function commitName(version: number): string {
  return `${String(version).padStart(20, '0')}.json`
}

/**
 * Writes a commit whole or not at all, and only if nobody has written that version: a temporary file, synced,
 * then hard-linked to its name, which fails when the name is taken. Safe between processes on one file system.
 * `timestamp` becomes the file's time, which is what TIMESTAMP AS OF goes by. False when the version is taken.
 */
export async function putCommit(
  logFolder: string,
  version: number,
  actions: readonly Action[],
  timestamp: number,
): Promise<boolean> {
  const name = commitName(version)
  const temporary = join(logFolder, `.${name}.${randomUUID()}.tmp`)
  try {
    const file = await open(temporary, 'wx')
    try {
      await file.writeFile(actions.map((action) => `${JSON.stringify(action)}\n`).join(''))
      await file.utimes(toFileTime(timestamp), toFileTime(timestamp))
      await file.sync()
    } finally {
      await file.close()
    }
    await link(temporary, join(logFolder, name))
    return true
  } catch (error) {
    const codes = codesOf(error)
    if (codes.includes('EEXIST')) return false
    if (codes.some((code) => ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK'].includes(code))) {
      throw new DeltaError(
        'DELTA_NO_HARD_LINKS',
        'The file system of the local tables has no hard links, without which commits are not safe. Put the folder on a local disk.',
        {},
        error,
      )
    }
    if (codes.includes('ENOENT')) {
      throw new DeltaError(
        'TABLE_OR_VIEW_NOT_FOUND',
        'The table was dropped while it was being written. Create it again.',
        {},
        error,
      )
    }
    throw error
  } finally {
    // The commit stands or falls with the link; a temporary file left behind is never read.
    await rm(temporary, { force: true }).catch(() => {})
  }
}

/** The actions of a commit file's text. Lines that are not JSON objects are named by their number. */
export function parseActions(text: string, file: string, table: string): Action[] {
  const actions: Action[] = []
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    let action: unknown
    try {
      action = JSON.parse(line)
    } catch {
      action = undefined
    }
    if (typeof action !== 'object' || action === null) {
      throw new DeltaError(
        'DELTA_LOG_UNREADABLE',
        `Line ${index + 1} of ${file} in the log of ${table} is not a JSON object. Copy the table again, with its whole _delta_log.`,
        { table, file, line: index + 1 },
      )
    }
    actions.push(action as Action)
  }
  return actions
}
