import { type SetUp, setUpControl } from '../audit/index.ts'
import type { Clock, ProjectSpec } from '../core/index.ts'
import { destinationsOf } from '../source/index.ts'
import type { Warehouse } from '../warehouse/index.ts'

/**
 * Brings the control schema to this version and gives every sync and destination its row of `checkpoints`, without
 * which it can't run. Can be repeated at any time; nothing that is there is removed.
 */
export async function setup(
  warehouse: Warehouse,
  project: ProjectSpec,
  clock: Clock,
): Promise<SetUp & { readonly control: string }> {
  const pairs = project.syncs.flatMap((sync) =>
    destinationsOf(sync.send.to).map((destination) => ({ sync: sync.name, destination })),
  )
  return {
    control: project.control,
    ...(await setUpControl(warehouse, project.control, pairs, clock)),
  }
}
