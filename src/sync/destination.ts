import type { Clock, DestinationSpec, Send } from '../core/index.ts'
import { createClient, keyFingerprint } from '../customerio/index.ts'

/** A Customer.io workspace, ready to be sent to. */
export interface Destination {
  readonly spec: DestinationSpec
  readonly send: Send
  /** Names the key in use without telling it. */
  fingerprint(): string
  /** Reads the key again after a refusal; true when it is another one now, which is then used. */
  reauthorize(): Promise<boolean>
  /** Whether the key is one of the other region. Asked only where this one refuses it. */
  isKnownElsewhere(): Promise<boolean>
  close(): Promise<void>
}

/** What {@link openDestination} is made from. */
export interface DestinationOptions {
  readonly spec: DestinationSpec
  /** An address other than the region's documented one; loopback only. */
  readonly url: string | undefined
  /** The same for the other region. */
  readonly elsewhere?: string | undefined
  readonly readKey: () => Promise<string>
  readonly clock: Clock
  readonly ca?: string
}

/** Opens a destination with the key its reference names. */
export async function openDestination(options: DestinationOptions): Promise<Destination> {
  const { spec, readKey, url } = options
  let key = await readKey()
  const client = createClient({
    region: spec.region,
    key,
    clock: options.clock,
    ...(url === undefined ? {} : { url }),
    ...(options.elsewhere === undefined ? {} : { elsewhere: options.elsewhere }),
    ...(options.ca === undefined ? {} : { ca: options.ca }),
  })
  return {
    spec,
    send: client.send,
    fingerprint: () => keyFingerprint(key),
    async reauthorize() {
      key = await readKey()
      return client.useKey(key)
    },
    isKnownElsewhere: () => client.isKnownElsewhere(AbortSignal.timeout(10_000)),
    close: client.close,
  }
}
