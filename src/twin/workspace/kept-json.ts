import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { z } from 'zod'
import { ConfigError, codesOf } from '../../core/index.ts'

/**
 * Reads a JSON file, or writes what `first` makes when there is none. The file is readable by its owner alone.
 *
 * @throws ConfigError DATA_FOLDER_INVALID when the file is there and is not what `schema` says.
 */
export function keptJson<T>(file: string, schema: z.ZodType<T>, first: () => T): T {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if (!codesOf(error).includes('ENOENT')) throw error
    const made = first()
    writeJson(file, made)
    return made
  }
  try {
    return schema.parse(JSON.parse(text))
  } catch {
    throw new ConfigError(
      'DATA_FOLDER_INVALID',
      `${file} is damaged. Repair it, or delete it to have a new one made.`,
    )
  }
}

/** Replaces the file in one step. */
export function writeJson(file: string, value: unknown): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(`${file}.new`, `${JSON.stringify(value, undefined, 2)}\n`, { mode: 0o600 })
  renameSync(`${file}.new`, file)
}
