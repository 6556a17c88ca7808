import type { DriverSession } from './driver.ts'

/** The right to use the shared session for one statement. */
export interface SessionLease {
  readonly session: Promise<DriverSession>
  /** The session does not work any more: statements that start from now on get another one. */
  abandon(): void
  /** The statement has ended. Call it once, whatever happened. */
  release(): void
}

/** One session for all statements that run side by side. */
export interface SharedSession {
  lease(): SessionLease
  /** Closes the session, also under statements that still use it. */
  close(): Promise<void>
}

interface Held {
  readonly session: Promise<DriverSession>
  users: number
}

/**
 * Opens a session at first use and shares it. One that broke is set aside, and closed when its last statement has
 * ended: what breaks one statement must not cut off the others.
 */
export function sharedSession(open: () => Promise<DriverSession>): SharedSession {
  let current: Held | undefined
  return {
    lease() {
      current ??= { session: open(), users: 0 }
      const held = current
      held.users += 1
      return {
        session: held.session,
        abandon() {
          if (current === held) current = undefined
        },
        release() {
          held.users -= 1
          if (current !== held && held.users === 0) void close(held)
        },
      }
    },
    async close() {
      const held = current
      current = undefined
      if (held !== undefined) await close(held)
    },
  }
}

async function close({ session }: Held): Promise<void> {
  await session.then((opened) => opened.close()).catch(() => {})
}
