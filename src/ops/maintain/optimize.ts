import { controlOf, controlTables } from '../../audit/index.ts'
import type { Warehouse } from '../../warehouse/index.ts'
import type { MaintainParts } from './parts.ts'

/** The files of a control table before and after, as the newest version counts them. */
export interface OptimizedTable {
  readonly table: string
  readonly filesBefore: number
  readonly filesAfter: number
  readonly bytesBefore: number
  readonly bytesAfter: number
}

/**
 * Puts the small files of every control table together. Readers and writers beside it go on: earlier versions keep their
 * files until VACUUM, and whoever loses a race for a commit does its work again.
 */
export async function optimizeTables(
  { warehouse, project }: MaintainParts,
  dryRun: boolean,
): Promise<OptimizedTable[]> {
  const at = controlOf(project.control)
  const done: OptimizedTable[] = []
  for (const { name } of controlTables) {
    const before = await sizeOf(warehouse, at.name(name))
    if (!dryRun) await warehouse.execute(`OPTIMIZE ${at.name(name)}`)
    const after = dryRun ? before : await sizeOf(warehouse, at.name(name))
    done.push({
      table: name,
      filesBefore: before.files,
      filesAfter: after.files,
      bytesBefore: before.bytes,
      bytesAfter: after.bytes,
    })
  }
  return done
}

async function sizeOf(
  warehouse: Warehouse,
  table: string,
): Promise<{ readonly files: number; readonly bytes: number }> {
  const [detail] = await warehouse.query(`DESCRIBE DETAIL ${table}`)
  return { files: Number(detail?.numFiles), bytes: Number(detail?.sizeInBytes) }
}
