import { type Clock, newId, systemClock } from '../core/index.ts'
import {
  type Alias,
  build,
  type DeliveryReport,
  type Group,
  type Identify,
  type Message,
  type Track,
  type View,
} from '../customerio/index.ts'
import {
  type DeviceCalls,
  deviceCalls,
  type ObjectCalls,
  objectCalls,
  type PeopleCalls,
  peopleCalls,
  type SendOne,
  type Sent,
} from './calls.ts'
import type { CallOptions, CustomerIOOptions } from './options.ts'
import { errorOf, type MessageResult } from './result.ts'
import { type Addressed, openSender, type Sender } from './sender.ts'

/**
 * One Customer.io workspace, for any Node program. Every request is in strict mode, so that what resolves was
 * accepted; limits are checked here, in bytes of UTF-8, before the wire; what can be tried again is tried again,
 * under the same message id, within one request budget.
 *
 * Each method sends one message by a request of its own and throws what {@link errorOf} makes of a failure;
 * {@link CustomerIO.batch} takes many and tells the fate of each. Calls that are awaited one after the other keep
 * their order; calls that are not travel side by side.
 */
export class CustomerIO {
  readonly #sender: Sender
  readonly #clock: Clock
  readonly #send: SendOne

  /** Deleting, suppressing and unsuppressing people. */
  readonly people: PeopleCalls
  /** Push devices. */
  readonly devices: DeviceCalls
  /** Objects and the people related to them. */
  readonly objects: ObjectCalls

  /** Connects nothing yet. Throws `ConfigError` for a key, an address or a budget that cannot be right. */
  constructor(options: CustomerIOOptions) {
    this.#sender = openSender(options)
    this.#clock = options.clock ?? systemClock
    this.#send = async (message, call = {}) => {
      const result = await this.#sender.one(this.#addressed(message), call.signal)
      if (result.status !== 'delivered') throw errorOf(result)
      return { messageId: result.messageId }
    }
    this.people = peopleCalls(this.#send)
    this.devices = deviceCalls(this.#send)
    this.objects = objectCalls(this.#send)
  }

  /** Creates or updates a person. Refused for somebody anonymous: Customer.io would ignore it. */
  async identify(of: Identify, call?: CallOptions): Promise<Sent> {
    return this.#send(build.identify(of), call)
  }

  /** An event of a person: `track({ person, ...semantic.orderCompleted({ … }) })` for one that has a documented name. */
  async track(of: Track, call?: CallOptions): Promise<Sent> {
    return this.#send(build.track(of), call)
  }

  /** A view of a web page. */
  async page(of: View, call?: CallOptions): Promise<Sent> {
    return this.#send(build.page(of), call)
  }

  /** A view of an app's screen. */
  async screen(of: View, call?: CallOptions): Promise<Sent> {
    return this.#send(build.screen(of), call)
  }

  /** The plain group call; {@link CustomerIO.objects} says more clearly what it does. */
  async group(of: Group, call?: CallOptions): Promise<Sent> {
    return this.#send(build.group(of), call)
  }

  /** Merges one person into another, for ever. */
  async alias(of: Alias, call?: CallOptions): Promise<Sent> {
    return this.#send(build.alias(of), call)
  }

  /** Tells Customer.io what became of a message it has sent. */
  async reportDelivery(of: DeliveryReport, call?: CallOptions): Promise<Sent> {
    return this.#send(build.deliveryReport(of), call)
  }

  /**
   * Sends many messages, made by `build`, in as few requests as their bytes allow; messages of one identity keep the
   * given order. A refused batch is halved until the offender stands alone. Resolves with one result for each, in
   * the given order: what goes wrong is a result, not an error.
   */
  async batch(messages: readonly Message[], call: CallOptions = {}): Promise<MessageResult[]> {
    const addressed = messages.map((message) => this.#addressed(message))
    return this.#sender.many(addressed, call.signal)
  }

  /** Waits for what is under way, then lets go of connections and timers. Calls made later are refused. */
  close(): Promise<void> {
    return this.#sender.close()
  }

  #addressed(message: Message): Addressed {
    return { ...message, messageId: message.messageId ?? newId(this.#clock.now()) }
  }
}
