import { type Clock, type Log, SourceError } from '../core/index.ts'
import type { SqlParameters, Warehouse } from '../warehouse/index.ts'
import { checkPin, type Pin } from './pin.ts'
import { type Spool, type SpoolOptions, spool } from './spool.ts'

/** What a spooled read needs. */
export interface ReadOptions {
  readonly warehouse: Warehouse
  readonly pin: Pin
  readonly sql: string
  readonly parameters: SqlParameters
  readonly name: string
  readonly spool: SpoolOptions
  readonly clock: Clock
  readonly log: Log
  readonly signal?: AbortSignal
  readonly onRows?: (rows: number) => void
}

/** A broken read is started again from its first row, this many times: the pin makes it the same. */
const attempts = 10

/** Drains a pinned read to local disk, starting again when it breaks off. */
export async function readToSpool(options: ReadOptions): Promise<Spool> {
  const { warehouse, pin, sql, parameters, signal, log } = options
  for (let attempt = 1; ; attempt++) {
    await checkPin(warehouse, pin, signal)
    try {
      return await spool(
        warehouse.read(sql, parameters, signal),
        options.name,
        options.spool,
        options.onRows,
      )
    } catch (error) {
      signal?.throwIfAborted()
      const again = error instanceof SourceError && error.disposition === 'retry'
      if (!again || attempt === attempts) throw error
      log.warn('the read broke off; starting it again', { attempt, code: error.code })
      await options.clock.sleep(Math.min(250 * 2 ** attempt, 30_000), signal)
    }
  }
}
