import { controlOf } from '../audit/index.ts'
import { type Tombstones, youngVersion } from '../source/index.ts'
import type { Parts } from './parts.ts'

/**
 * Who asked to be forgotten, as of now, for all statements of an attempt; undefined where nobody did, and statements are
 * what they would be without.
 */
export async function tombstonesOf(
  { warehouse, project, clock }: Parts,
  signal?: AbortSignal,
): Promise<Tombstones | undefined> {
  const table = controlOf(project.control).name('erased')
  const [some] = await warehouse.query(`SELECT identity_hash FROM ${table} LIMIT 1`, {}, signal)
  if (some === undefined) return undefined
  return { table, version: await youngVersion(warehouse, table, clock.now(), signal) }
}
