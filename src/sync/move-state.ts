import { holdsIn } from '../audit/index.ts'
import { ConfigError, type SyncSpec } from '../core/index.ts'
import { type ByHand, type Ending, eachDestination, recordAct } from './by-hand.ts'
import { whileReleased } from './holds.ts'
import type { Parts } from './parts.ts'
import { runWindow } from './run.ts'
import { type TakenOver, takeOver } from './take-over.ts'

/** What became of what was known under the old name, in one destination. */
export interface MovedState {
  readonly sync: string
  readonly from: string
  readonly destination: string
  readonly outcome: TakenOver
}

/**
 * Gives a sync what is known under the name it had before, as `renamed_from` in its file does at the next run: keys,
 * mappings, position, and the holds in force. Sends nothing, but for what an open window of the old name has left. Can
 * be repeated. Throws ConfigError STATE_IN_USE while the old name is still a sync of the project.
 */
export async function moveState(
  parts: Parts,
  from: string,
  sync: SyncSpec,
  { by, signal }: { readonly by: ByHand; readonly signal?: AbortSignal },
): Promise<Ending<MovedState>[]> {
  if (parts.project.syncs.some(({ name }) => name === from)) {
    throw new ConfigError(
      'STATE_IN_USE',
      `"${from}" is still a sync of this project: two syncs cannot share what is known; rename it, or remove its file`,
    )
  }
  await recordAct(parts, by, { act: 'state mv', sync: sync.name, details: { from } })
  const renamed = { ...sync, renamedFrom: from }
  const endings = await eachDestination(sync, undefined, signal, async (destination) => {
    const finish = (old: SyncSpec) =>
      whileReleased(parts, renamed, signal, (released) =>
        runWindow(parts, old, destination, { signal: released }),
      )
    const outcome = await takeOver(parts, renamed, destination, finish, signal)
    return { sync: sync.name, from, destination, outcome }
  })
  // Only when no window of the old name is left that the hold keeps back.
  if (endings.every(({ kind }) => kind === 'finished')) await moveHolds(parts, from, sync.name, by)
  return endings
}

async function moveHolds(
  { warehouse, project, clock }: Parts,
  from: string,
  to: string,
  { who }: ByHand,
): Promise<void> {
  const holds = holdsIn(warehouse, project.control, clock)
  const held = (await holds.inForce()).filter(({ sync }) => sync === from)
  for (const { why, heldBy } of held) await holds.hold(to, heldBy, why)
  if (held.length > 0) await holds.release(from, who, `held as ${to} now`)
}
