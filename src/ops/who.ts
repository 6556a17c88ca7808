import type { Parts } from '../sync/index.ts'

/**
 * Who does something by hand, as it stands in `acts`: CUSTOMERIO_JOBS_STARTED_BY, which a job sets, else the identity
 * that the warehouse knows us by, else the user of this machine.
 */
export async function whoActs({
  environment,
  warehouse,
}: Pick<Parts, 'environment' | 'warehouse'>): Promise<string> {
  const startedBy = environment.CUSTOMERIO_JOBS_STARTED_BY ?? ''
  if (startedBy !== '') return startedBy
  const [row] = await warehouse.query('SELECT current_user() AS `who`')
  return [row?.who, environment.USER].map((name) => String(name ?? '')).find(Boolean) ?? 'unknown'
}
