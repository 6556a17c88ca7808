import { Analytics } from '@customerio/cdp-analytics-node'
import { PipelinesClient } from 'customerio-node'
import { arrowRows, rowObjects } from './rows.ts'
import type { Work } from './turns.ts'

type BatchItem = Parameters<PipelinesClient['batch']>[0][number]

/* The vendor's SDKs at their best settings, sending row objects that were made before. */

/** `cdp-analytics-node`: every message at once, 500 a batch, until each was called back. */
export async function analyticsTo(url: string, count: number): Promise<Work> {
  const messages = rowObjects(arrowRows(0, count))
  const settings = { writeKey: 'k', host: url, path: '/v1/batch', maxEventsInBatch: 500 }
  const client = new Analytics({ ...settings, flushInterval: 50 })
  const identify = ({ userId, traits, context }: (typeof messages)[number]) =>
    new Promise<void>((resolve, reject) => {
      client.identify({ userId, traits, context }, (error) => (error ? reject(error) : resolve()))
    })
  return async () => {
    await Promise.all(messages.map(identify))
  }
}

/** `customerio-node`: batches of 500, eight in flight. */
export async function pipelinesTo(url: string, count: number): Promise<Work> {
  const messages = rowObjects(arrowRows(0, count))
  const client = new PipelinesClient('k', { url: `${url}/v1`, strictMode: true })
  return async () => {
    let next = 0
    const sender = async () => {
      while (next < messages.length) {
        const from = next
        next += 500
        await client.batch(messages.slice(from, from + 500) as BatchItem[])
      }
    }
    await Promise.all(Array.from({ length: 8 }, sender))
  }
}
