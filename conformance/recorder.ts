import { cpSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import type { ArrowPage, SqlParameters, Warehouse } from '../src/warehouse/index.ts'
import { type Answer, toAnswer } from './answer.ts'

/** A statement that the product sent to the twin, and what came of it. */
export interface Recorded {
  readonly sql: string
  readonly parameters: SqlParameters
  /** The rows of a query. */
  readonly answer?: Answer
  /** Rows that a statement changed. */
  readonly affected?: number
  /** The twin refused it. */
  readonly refused?: true
  /** Of COPY INTO: a copy of the folder as it was then. */
  readonly files?: string
}

/**
 * A warehouse that writes down every statement with its result. Statements run one at a time, in the order they are
 * written down, so that another engine can run them again.
 */
export function recording(
  inner: Warehouse,
  { lake, copies }: { readonly lake: string; readonly copies: string },
): { readonly warehouse: Warehouse; readonly recorded: Recorded[] } {
  const recorded: Recorded[] = []
  let turn: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = turn.then(work)
    turn = done.catch(() => {})
    return done
  }
  const pagesOf = async (sql: string, parameters: SqlParameters) => {
    try {
      const pages: ArrowPage[] = []
      for await (const page of inner.read(sql, parameters)) pages.push(page)
      const streams = pages.map(({ messages }) => messages).filter(({ length }) => length > 0)
      recorded.push({ sql, parameters, answer: toAnswer(streams) })
      return pages
    } catch (error) {
      recorded.push({ sql, parameters, refused: true })
      throw error
    }
  }
  const filesOf = (sql: string): string | undefined => {
    const volume = /^COPY INTO.*'\/Volumes\/([^']+)'/s.exec(sql)?.[1]
    if (volume === undefined) return undefined
    const copy = join(copies, String(recorded.length))
    const folder = join(lake, 'volumes', volume)
    if (existsSync(folder)) cpSync(folder, copy, { recursive: true })
    return copy
  }
  const warehouse: Warehouse = {
    query: (sql, parameters = {}) =>
      inTurn(async () => {
        await pagesOf(sql, parameters)
        return inner.query(sql, parameters)
      }),
    execute: (sql, parameters = {}) =>
      inTurn(async () => {
        const files = filesOf(sql)
        const { rows } = await inner.execute(sql, parameters)
        recorded.push({
          sql,
          parameters,
          affected: rows,
          ...(files === undefined ? {} : { files }),
        })
        return { rows }
      }),
    async *read(sql, parameters = {}) {
      yield* await inTurn(() => pagesOf(sql, parameters))
    },
    close: () => inner.close(),
  }
  return { warehouse, recorded }
}
