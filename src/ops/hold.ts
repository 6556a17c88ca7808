import { type Hold, holdsIn } from '../audit/index.ts'
import { ConfigError, redact } from '../core/index.ts'
import { type Parts, schedule } from '../sync/index.ts'
import { canariesOf, releaseCanaries } from './release-canary.ts'
import { whoActs } from './who.ts'

/** What a hold or release needs of the parts of a process. */
export type HoldParts = Pick<Parts, 'project' | 'warehouse' | 'clock' | 'environment'>

/** A sync that was held; null stands for every sync. */
export interface Held {
  readonly act: 'hold'
  readonly sync: string | null
  readonly who: string
  readonly why: string
}

/** A sync that was let go; null stands for every sync. */
export interface Released {
  readonly act: 'release'
  readonly sync: string | null
  readonly who: string
  /** Holds under that name that ended: 0 when it was not held. */
  readonly ended: number
  /** Destinations whose canary ended; absent where none did. */
  readonly canaries?: readonly string[]
  /** Destinations whose canary goes on: a hold is let go first. */
  readonly waiting?: readonly string[]
  /** What keeps it back all the same: a hold of every sync. */
  readonly still?: Hold
}

/**
 * Holds a sync, or with null every sync, until it is released, and writes the act down. The reason stands in tables that
 * are kept, so e-mail addresses in it are blotted out. Throws ConfigError SYNC_UNKNOWN or WHY_MISSING.
 */
export async function hold(parts: HoldParts, sync: string | null, why: string): Promise<Held> {
  if (why.trim() === '') {
    throw new ConfigError(
      'WHY_MISSING',
      'say why with --why "…": whoever finds the hold later has nothing else to go by',
    )
  }
  if (sync !== null) schedule(parts.project, [sync])
  const done = { act: 'hold', sync, who: await whoActs(parts), why: redact(why.trim()) } as const
  await holds(parts).hold(sync, done.who, done.why)
  return done
}

/**
 * Lets go what {@link hold} held under the same name, and writes the act down. Where a named sync is not held, its
 * canaries end in place of that. A sync that is no longer in the project
 * can be let go while it is held. Throws ConfigError SYNC_UNKNOWN.
 */
export async function release(parts: HoldParts, sync: string | null): Promise<Released> {
  const before = await holds(parts).inForce()
  const own = before.filter((one) => (one.sync ?? null) === sync)
  if (sync !== null && own.length === 0) schedule(parts.project, [sync])
  const who = await whoActs(parts)
  if (own.length > 0) await holds(parts).release(sync, who)
  const ended = sync === null || own.length > 0 ? [] : await releaseCanaries(parts, sync, who)
  const waiting = sync === null || own.length === 0 ? [] : await canariesOf(parts, sync)
  const still = sync === null ? undefined : before.find((one) => one.sync === undefined)
  return {
    act: 'release',
    sync,
    who,
    ended: own.length,
    ...(ended.length === 0 ? {} : { canaries: ended }),
    ...(waiting.length === 0 ? {} : { waiting: waiting.map(({ destination }) => destination) }),
    ...(still === undefined ? {} : { still }),
  }
}

function holds({ warehouse, project, clock }: HoldParts) {
  return holdsIn(warehouse, project.control, clock)
}

/** What a person reads after a hold. */
export function heldText({ sync, who, why }: Held): string[] {
  return [
    `${sync ?? 'every sync'} is held by ${who}: ${why}`,
    `customerio-jobs release ${sync ?? '--all'} lets go`,
  ]
}

/** What a person reads after a release. */
export function releasedText({ sync, ended, still, canaries, waiting }: Released): string[] {
  const name = sync ?? 'every sync'
  const lines =
    canaries === undefined
      ? [
          ended === 0
            ? `${name} was not held${sync === null ? ' as such' : ''}`
            : `${ended === 1 ? 'a hold' : `${ended} holds`} of ${name} ended`,
        ]
      : [`the canary of ${name} → ${canaries.join(', ')} ended: the next window sends the rest`]
  if (waiting !== undefined) {
    lines.push(
      `its canary goes on (${waiting.join(', ')}); "customerio-jobs release ${name}" once more ends it`,
    )
  }
  if (still !== undefined) {
    lines.push(
      `${name} is still held, as every sync is, since ${still.heldAt.toISOString()}: ${still.why}`,
      'customerio-jobs release --all lets go',
    )
  }
  return lines
}
