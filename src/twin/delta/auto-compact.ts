import type { DuckDBConnection } from '@duckdb/node-api'
import { compact } from './dml.ts'
import { ConcurrentModification } from './errors.ts'
import type { TableParts } from './parts.ts'

/** From so many small files on they are put together, as Databricks does (table property autoOptimize.autoCompact). */
const fewest = 50
const smallBytes = 16 * 1024 * 1024

/**
 * What Databricks does behind a write to a table that asks for it by `delta.autoOptimize.autoCompact`: many small files
 * become one. It fails nobody: where somebody else commits meanwhile, a later write does it.
 */
export async function autoCompact(parts: TableParts, connection: DuckDBConnection): Promise<void> {
  const { metadata, adds } = await parts.log.state()
  const asked = metadata.configuration['delta.autoOptimize.autoCompact']?.toLowerCase()
  if (asked !== 'true' && asked !== 'auto') return
  const isSmall = ({ size }: { readonly size: number }) => size < smallBytes
  if ([...adds.values()].filter(isSmall).length < fewest) return
  try {
    await compact(parts, connection, { auto: true, only: isSmall })
  } catch (error) {
    if (!(error instanceof ConcurrentModification)) throw error
  }
}
