import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { DeltaError } from './errors.ts'

/** The error of reading the first of these files, below the table's folder, that is gone; undefined if none is. */
export async function missingFile(
  folder: string,
  paths: readonly string[],
): Promise<DeltaError | undefined> {
  const path = await firstMissing(folder, paths)
  return path === undefined
    ? undefined
    : new DeltaError(
        'FAILED_READ_FILE.DBR_FILE_NOT_EXIST',
        `Error while reading file ${path}. [DELTA_FILE_NOT_FOUND_DETAILED] File ${path} referenced in the transaction log cannot be found. This occurs when VACUUM has deleted it, or somebody by hand.`,
      )
}

/** The first of these files that is gone. */
export async function firstMissing(
  folder: string,
  paths: readonly string[],
): Promise<string | undefined> {
  for (const path of paths) {
    const isThere = await access(join(folder, path)).then(
      () => true,
      () => false,
    )
    if (!isThere) return path
  }
  return undefined
}
