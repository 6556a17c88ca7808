import type { Answer, Clock, DestinationSpec, Send } from '../core/index.ts'
import { type Client, createClient, keyFingerprint } from '../customerio/index.ts'

/** A Customer.io workspace, ready to be sent to. */
export interface Destination {
  readonly spec: DestinationSpec
  readonly send: Send
  /** Names the key in use without telling it. */
  fingerprint(): string
  /** Reads the key again after a refusal; true when it is another one now, which is then used. */
  reauthorize(): Promise<boolean>
  /** Sends one message by its own endpoint. */
  readonly post: Client['post']
  /** What Customer.io says to the key, with nothing coming of it: 400 where it knows it, 401 or 403 where not. */
  knock(): Promise<Answer>
  /** The same, asked of the other region; undefined where its address is not known. */
  knockElsewhere(): Promise<Answer | undefined>
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

/** How long one question is waited for. */
const patienceMs = 10_000

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
  const knockElsewhere = () => client.knockElsewhere(AbortSignal.timeout(patienceMs))
  return {
    spec,
    send: client.send,
    post: client.post,
    knock: () => client.knock(AbortSignal.timeout(patienceMs)),
    knockElsewhere,
    fingerprint: () => keyFingerprint(key),
    async reauthorize() {
      key = await readKey()
      return client.useKey(key)
    },
    isKnownElsewhere: async () => (await knockElsewhere())?.status === 400,
    close: client.close,
  }
}
