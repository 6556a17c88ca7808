import { resolve } from 'node:path'
import { loadProject, readSettings } from '../src/config/index.ts'
import { silentLog, systemClock } from '../src/core/index.ts'
import { openParts, type Parts } from '../src/sync/index.ts'
import { startTwin, type Twin, type TwinOptions } from '../src/twin/index.ts'
import type { ArrowPage, SqlParameters, Warehouse } from '../src/warehouse/index.ts'
import { type Answer, toAnswer } from './answer.ts'

/** Starts a twin on a folder, opens the product's own connections to it, and closes both after `work`. */
export async function withTwin<T>(
  folder: string,
  work: (parts: Parts, twin: Twin) => Promise<T>,
  options: Omit<TwinOptions, 'folder'> = {},
): Promise<T> {
  const twin = await startTwin({ folder, ...options })
  try {
    const environment = { ...process.env, ...twin.environment }
    const parts = openParts({
      project: loadProject(resolve('.')),
      settings: readSettings(environment),
      environment,
      clock: systemClock,
      log: silentLog,
      ca: twin.ca,
    })
    try {
      return await work(parts, twin)
    } finally {
      await parts.close()
    }
  } finally {
    await twin.close()
  }
}

/** What the twin answers through the real driver, as the Arrow it sends. */
export async function ask(
  warehouse: Warehouse,
  sql: string,
  parameters: SqlParameters = {},
): Promise<Answer> {
  const pages: ArrowPage[] = []
  for await (const page of warehouse.read(sql, parameters)) pages.push(page)
  return toAnswer(pages.filter(({ messages }) => messages.length > 0).map((page) => page.messages))
}
