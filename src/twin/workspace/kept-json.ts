import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { z } from 'zod'
import { ConfigError, codesOf } from '../../core/index.ts'

/**
 * Reads a JSON file, or writes what `first` makes when there is none. The file is readable by its owner alone.
 *
 * @throws ConfigError DATA_FOLDER_INVALID when the file is there and is not what `schema` says.
 */
export async function keptJson<T>(file: string, schema: z.ZodType<T>, first: () => T): Promise<T> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if (!codesOf(error).includes('ENOENT')) throw error
    const made = first()
    await writeJson(file, made)
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
export async function writeJson(file: string, value: unknown): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  const next = `${file}.${randomBytes(4).toString('hex')}`
  await writeFile(next, `${JSON.stringify(value, undefined, 2)}\n`, { mode: 0o600 })
  await rename(next, file)
}
