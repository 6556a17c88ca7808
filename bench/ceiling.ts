import { Pool } from 'undici'
import { arrowRows, mappingOf } from './rows.ts'
import type { Work } from './turns.ts'

/** Bare undici with finished bodies: no client in Node gets further. */
export async function ceilingAt(url: string): Promise<Work> {
  const batch = arrowRows(0, 1000)
  const { bytes, ends } = mappingOf(batch).encode(batch)
  const perBody = ends.findLastIndex((end) => end <= 475_000) + 1
  const body = Buffer.from(bytes.subarray(0, ends[perBody - 1]))
  const pool = new Pool(url, { connections: 16 })
  return async (count) => {
    let left = Math.ceil(count / perBody)
    const sender = async () => {
      while (left-- > 0) {
        const answer = await pool.request({ method: 'POST', path: '/v1/batch', body })
        await answer.body.dump()
      }
    }
    await Promise.all(Array.from({ length: 16 }, sender))
  }
}
