import { controlStatements } from '../audit/index.ts'
import type { Log, ProjectSpec } from '../core/index.ts'
import type { Warehouse } from '../warehouse/index.ts'

/**
 * Creates what is missing of the control schema: schema, volume, tables and views. Can be repeated at any time; nothing
 * that is there is changed or removed, but views are written anew.
 */
export async function setup(
  warehouse: Warehouse,
  project: ProjectSpec,
  log: Log,
  signal?: AbortSignal,
): Promise<{ readonly control: string; readonly statements: number }> {
  const statements = controlStatements(project.control)
  for (const [index, statement] of statements.entries()) {
    log.debug('setting up', { statement: index + 1, of: statements.length })
    await warehouse.execute(statement, {}, signal)
  }
  return { control: project.control, statements: statements.length }
}
