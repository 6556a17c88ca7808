import { Agent, request } from 'undici'
import { trusting } from '../core/index.ts'
import { understandFailure } from './answers.ts'
import { baseUrl, type Region } from './regions.ts'

/** Whether an address of Customer.io can be talked to from here. */
export type Reach = { readonly host: string; readonly port: number } & (
  | {
      readonly isReached: true
      /** Its time in ms since the epoch, to the second, where it says one. */
      readonly time?: number
    }
  /** Stable code and our own words, as those of an answer that never came. */
  | { readonly isReached: false; readonly reason: string; readonly text: string }
)

/** Options of {@link reach}. */
export interface ReachOptions {
  readonly region: Region
  /** Another address, on loopback only. */
  readonly url?: string
  /** One more certificate authority to trust, in PEM. */
  readonly ca?: string
  /** For connecting, and again for the answer; default 10 s. */
  readonly timeoutMs?: number
}

/**
 * Asks a region's address for nothing, without a key: any answer at all says that DNS, network and TLS let us through.
 * Throws ConfigError DESTINATION_ADDRESS.
 */
export async function reach(options: ReachOptions): Promise<Reach> {
  const { region, url, ca, timeoutMs = 10_000 } = options
  const { origin, hostname, port, protocol } = baseUrl(region, url)
  const at = { host: hostname, port: Number(port) || (protocol === 'https:' ? 443 : 80) }
  const dispatcher = new Agent({
    connect: { timeout: timeoutMs, ...trusting(ca) },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  })
  try {
    const { headers, body } = await request(origin, { dispatcher })
    await body.dump()
    const time = Date.parse(String(headers.date))
    return { ...at, isReached: true, ...(Number.isNaN(time) ? {} : { time }) }
  } catch (error) {
    const { reason, text } = understandFailure(error)
    return { ...at, isReached: false, reason, text }
  } finally {
    await dispatcher.destroy()
  }
}
