import type { Clock } from '../../core/index.ts'

/** What a warehouse says of itself, as far as the twin's goes through it. */
export type WarehouseState = 'STOPPED' | 'STARTING' | 'RUNNING'

/** The power switch of the one warehouse. */
export interface Warehouse {
  readonly id: string
  state(): WarehouseState
  /** STOPPED → STARTING, and RUNNING once the start delay has passed; nothing in any other state. */
  start(): void
  stop(): void
}

/** A warehouse that is RUNNING at first, unless `stopped`. `startDelayMs` (0) is how long it is STARTING. */
export function createWarehouse(
  id: string,
  clock: Clock,
  options: { readonly stopped?: boolean; readonly startDelayMs?: number } = {},
): Warehouse {
  const { stopped = false, startDelayMs = 0 } = options
  let runsFrom: number | undefined = stopped ? undefined : clock.now()
  const state = () => {
    if (runsFrom === undefined) return 'STOPPED'
    return clock.now() < runsFrom ? 'STARTING' : 'RUNNING'
  }
  return {
    id,
    state,
    start() {
      if (state() === 'STOPPED') runsFrom = clock.now() + startDelayMs
    },
    stop() {
      runsFrom = undefined
    },
  }
}
