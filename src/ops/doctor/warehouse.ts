import { SourceError } from '../../core/index.ts'
import type { Check } from './check.ts'
import { type Finding, failed, failedBy, ok, warning } from './finding.ts'

const idCure =
  'check DATABRICKS_WAREHOUSE_ID (of a job: the variable warehouse_id in databricks.yml) against the list of SQL warehouses'
const useCure =
  'give the identity CAN USE on the warehouse; resources/generated/grants.*.sql has the command'

/** Whether the warehouse is there, starts, and takes a statement of ours. */
export const warehouseCheck: Check = {
  name: 'warehouse',
  needs: ['identity'],
  async run({ parts: { workspace, warehouse, clock }, settings }) {
    const id = settings.databricks.warehouseId
    try {
      const before = await workspace.warehouse(id)
      if (before?.state.startsWith('DELET') === true) {
        return [failed('the warehouse is being deleted', idCure, undefined, 'WAREHOUSE_MISSING')]
      }
      const began = clock.now()
      await workspace.startWarehouse(id)
      await warehouse.query('SELECT 1 AS `one`')
      const seconds = ((clock.now() - began) / 1000).toFixed(1)
      return [
        before === undefined
          ? warning(
              `the warehouse answered within ${seconds} s, and we may not see its state`,
              'nothing, as long as it starts by itself; CAN USE lets us see it',
            )
          : ok(`the warehouse was ${before.state} and answered within ${seconds} s`),
      ]
    } catch (error) {
      return [warehouseFailure(error)]
    }
  },
}

function warehouseFailure(error: unknown): Finding {
  const code = error instanceof SourceError ? error.code : ''
  const cures: Readonly<Record<string, string>> = {
    WAREHOUSE_MISSING: idCure,
    PERMISSION_DENIED: useCure,
    WAREHOUSE_UNAVAILABLE:
      'look at the page of the warehouse in the workspace: does it start there?',
  }
  return failedBy(error, undefined, cures[code])
}
