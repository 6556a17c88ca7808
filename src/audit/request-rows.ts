import type { Exchange } from '../core/index.ts'
import { requests } from './history-tables.ts'
import type { OutcomeContext } from './outcome-rows.ts'
import type { PartBuilder } from './parquet/part.ts'
import { type PartRows, partRows } from './part-rows.ts'

/** Turns HTTP exchanges into rows of `requests`. */
export class RequestRows {
  readonly #context: OutcomeContext
  readonly #rows: PartRows = partRows(requests)

  constructor(context: OutcomeContext) {
    this.#context = context
  }

  get part(): PartBuilder {
    return this.#rows.part
  }

  append(exchange: Exchange): void {
    const { windowId, sync, destination, runId, attempt } = this.#context
    this.#rows.repeat(
      {
        window_id: windowId,
        sync,
        destination,
        run_id: runId,
        batch_id: exchange.batch,
        attempt,
        send_attempt: exchange.attempt,
        partition_value: exchange.partition,
        http_status: exchange.status ?? null,
        reason: exchange.reason ?? null,
        started_at: exchange.startedAt,
        duration_ms: Math.round(exchange.durationMs),
        wait_ms: Math.round(exchange.waitMs),
        bytes: exchange.bytes,
        messages: exchange.messages,
        answer: exchange.answer === '' ? null : exchange.answer,
      },
      1,
    )
    this.part.rowsAdded()
  }
}
