import { actsIn, windowsIn } from '../audit/index.ts'
import { destinationsOf, readScope } from '../source/index.ts'
import { type Parts, releaseCanaryAct } from '../sync/index.ts'

/**
 * Ends the canaries of a sync that let rows wait, and writes an act for each: the next window sends all. Gives the
 * destinations; none where no canary is in force.
 */
export async function releaseCanaries(
  parts: Pick<Parts, 'project' | 'warehouse' | 'clock'>,
  name: string,
  who: string,
): Promise<readonly string[]> {
  const acts = actsIn(parts.warehouse, parts.project.control, parts.clock)
  const inForce = await canariesOf(parts, name)
  for (const { destination, mapping } of inForce) {
    const details = { mapping }
    await acts.record({ act: releaseCanaryAct, who, sync: name, destination, details })
  }
  return inForce.map(({ destination }) => destination)
}

/** The canaries of a sync that let rows wait, by destination, with the mapping they are about. */
export async function canariesOf(
  { project, warehouse, clock }: Pick<Parts, 'project' | 'warehouse' | 'clock'>,
  name: string,
): Promise<readonly { readonly destination: string; readonly mapping: string }[]> {
  const sync = project.syncs.find((one) => one.name === name)
  const windows = windowsIn(warehouse, project.control)
  const acts = actsIn(warehouse, project.control, clock)
  const found = []
  for (const destination of sync === undefined ? [] : destinationsOf(sync.send.to)) {
    const { open, lastClosed } = await windows.standing(name, destination)
    const window = open ?? lastClosed
    const limit = window === undefined ? undefined : readScope(window.pin).limit
    if (window === undefined || limit?.by !== 'canary') continue
    if (limit.until !== undefined && limit.until <= clock.now()) continue
    const released = await acts.last(name, destination, [releaseCanaryAct])
    if (released?.details?.mapping === window.mappingHash) continue
    found.push({ destination, mapping: window.mappingHash })
  }
  return found
}
