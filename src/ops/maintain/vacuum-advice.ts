import { controlOf, controlTables } from '../../audit/index.ts'
import type { MaintainParts } from './parts.ts'

/** VACUUM statements worth running, and why nobody runs them unasked. */
export interface VacuumAdvice {
  readonly statements: readonly string[]
  readonly why: string
  /** They were run just now. */
  readonly isDone?: true
}

/** Delta keeps files that no newest version needs for a week unless told otherwise; below that it refuses. */
const leastHours = 168
const hourMs = 3_600_000

/** Tables that every run rewrites rows of: each leaves files behind that only earlier versions read. */
const rewritten = ['ledger', 'checkpoints', 'windows', 'runs']

/** Runs VACUUM on every control table, so that what was removed from them a week ago is gone for good. */
export async function vacuumTables(parts: MaintainParts): Promise<VacuumAdvice> {
  const advice = await vacuumAdvice(
    parts,
    controlTables.map(({ name }) => name),
  )
  for (const statement of advice.statements) await parts.warehouse.execute(statement)
  return { ...advice, isDone: true }
}

/**
 * The VACUUM statements that give storage back. They keep what the oldest open window may read, with a day to spare.
 *
 * @param changed tables that lost rows or files just now
 */
export async function vacuumAdvice(
  { warehouse, project, clock }: MaintainParts,
  changed: readonly string[],
): Promise<VacuumAdvice> {
  const at = controlOf(project.control)
  const [open] = await warehouse.query(
    `SELECT min(\`opened_at\`) AS \`since\` FROM ${at.name('windows')} WHERE \`state\` = 'open'`,
  )
  const ageMs = open?.since instanceof Date ? clock.now() - open.since.getTime() : 0
  const hours = Math.max(leastHours, Math.ceil(ageMs / hourMs) + (ageMs > 0 ? 24 : 0))
  const tables = [...new Set([...rewritten, ...changed])]
  return {
    statements: tables.map((name) => `VACUUM ${at.name(name)} RETAIN ${hours} HOURS`),
    why: `VACUUM deletes for good what earlier versions of a table are read from, and open windows rest on such versions, so it is yours to run. ${hours} hours keep what the windows that are open now may read. Removed rows leave the storage only then; where predictive optimization is on, Databricks does it by itself.`,
  }
}
