import { randomUUID } from 'node:crypto'
import type { Clock } from '../../core/index.ts'
import type { SqlEngine, SqlSession } from '../sql/contract.ts'
import type { Operation } from './operation.ts'
import { HttpRefusal, invalidHandle } from './refusal.ts'

/** One driver session and the statements it has open. */
export interface Session {
  /** An RFC UUID, which the driver insists on. */
  readonly id: string
  readonly sql: SqlSession
  /** Settings that the client sent, names in lower case. */
  readonly settings: ReadonlyMap<string, string>
  readonly operations: Map<string, Operation>
  lastSeenMs: number
}

/** How long something may lie untouched before it is closed. */
export interface IdleLimits {
  /** Real warehouses drop an operation after some 20 to 30 idle minutes. */
  readonly operationIdleMs: number
  /** Not documented for real warehouses. */
  readonly sessionIdleMs: number
}

/** All open sessions and operations. Idle ones are noticed, and closed, when the next request comes in. */
export class Sessions {
  readonly #engine: SqlEngine
  readonly #clock: Clock
  readonly #limits: IdleLimits
  readonly #onClosed: (operationId: string) => Promise<void>
  readonly #sessions = new Map<string, Session>()
  readonly #evicted = new Set<string>()

  /** `onClosed` is told of every operation that is gone, to drop what else belongs to it. */
  constructor(
    engine: SqlEngine,
    clock: Clock,
    limits: IdleLimits,
    onClosed: (operationId: string) => Promise<void>,
  ) {
    this.#engine = engine
    this.#clock = clock
    this.#limits = limits
    this.#onClosed = onClosed
  }

  /** Open sessions. */
  get count(): number {
    return this.#sessions.size
  }

  open(
    namespace: { catalog?: string; schema?: string },
    settings: ReadonlyMap<string, string>,
  ): Session {
    const session: Session = {
      id: randomUUID(),
      sql: this.#engine.session(namespace),
      settings,
      operations: new Map(),
      lastSeenMs: this.#clock.now(),
    }
    this.#sessions.set(session.id, session)
    return session
  }

  /** Throws SqlError in the service's words when the session is unknown, closed or expired. */
  session(id: string): Session {
    const session = this.#sessions.get(id)
    if (session === undefined) throw invalidHandle('Session', id)
    session.lastSeenMs = this.#clock.now()
    return session
  }

  /** The session that an operation belongs to. Throws as `operation` does. */
  sessionOf(operationId: string): Session {
    for (const session of this.#sessions.values()) {
      if (session.operations.has(operationId)) return session
    }
    if (this.#evicted.has(operationId)) throw gone(operationId)
    throw invalidHandle('Operation', operationId)
  }

  /** Throws SqlError when the operation is unknown or closed, and HTTP 404 when it was evicted. */
  operation(id: string): Operation {
    const session = this.sessionOf(id)
    const operation = session.operations.get(id)
    if (operation === undefined) throw invalidHandle('Operation', id)
    session.lastSeenMs = this.#clock.now()
    operation.lastSeenMs = session.lastSeenMs
    return operation
  }

  /** Closes an operation and forgets it. */
  async closeOperation(id: string): Promise<void> {
    const { operations } = this.sessionOf(id)
    const operation = operations.get(id)
    operations.delete(id)
    await operation?.close()
    await this.#onClosed(id)
  }

  /** Drops an operation as the service does with idle ones: whoever asks for it again gets HTTP 404. */
  async evict(id: string): Promise<void> {
    await this.closeOperation(id)
    this.#evicted.add(id)
  }

  /** Closes a session with everything in it. */
  async closeSession(id: string): Promise<void> {
    const session = this.session(id)
    this.#sessions.delete(id)
    await Promise.all(
      [...session.operations.values()].map(async (operation) => {
        await operation.close()
        await this.#onClosed(operation.id)
      }),
    )
    session.operations.clear()
    session.sql.close()
  }

  /** Closes what has been idle for too long. */
  async sweep(): Promise<void> {
    const now = this.#clock.now()
    for (const session of [...this.#sessions.values()]) {
      if (now - session.lastSeenMs > this.#limits.sessionIdleMs) {
        await this.closeSession(session.id)
        continue
      }
      for (const { id, lastSeenMs } of [...session.operations.values()]) {
        if (now - lastSeenMs > this.#limits.operationIdleMs) await this.evict(id)
      }
    }
  }

  /** Closes everything. */
  async close(): Promise<void> {
    await Promise.all([...this.#sessions.keys()].map((id) => this.closeSession(id)))
  }
}

function gone(id: string): HttpRefusal {
  return new HttpRefusal(404, 'RESOURCE_DOES_NOT_EXIST', `Command ${id} does not exist.`)
}
