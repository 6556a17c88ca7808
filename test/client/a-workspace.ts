import { CustomerIO, type CustomerIOOptions } from '../../src/client/index.ts'
import { systemClock } from '../../src/core/index.ts'
import {
  type CustomerioDoorOptions,
  createCustomerioDoor,
  createStore,
} from '../../src/twin/cdp/index.ts'
import { createFaults, type FaultRule } from '../../src/twin/faults/index.ts'
import { type Door, type Seen, serve } from '../../src/twin/http/index.ts'

/** Stands in a message that Customer.io refuses for a reason nobody documents. */
export const refuseMe = 'refuse me'

/** A door that also refuses whatever holds {@link refuseMe}. */
function strict(door: Door): Door {
  return {
    ...door,
    handle: async (request) =>
      Buffer.from(request.body).includes(refuseMe)
        ? { status: 400, body: { meta: { errors: ['traits.note must be a string'] } } }
        : door.handle(request),
  }
}

/** The key that {@link aWorkspace} knows. */
export const writeKey = 'a-write-key'

/** What may be otherwise about {@link aWorkspace}. */
export interface WorkspaceOptions extends Partial<CustomerioDoorOptions> {
  /** What goes wrong, and when. */
  readonly faults?: readonly Pick<FaultRule, 'when' | 'fault'>[]
}

/**
 * The twin's Customer.io for the US on a free port of loopback, and clients for it that lose no time between two
 * attempts.
 */
export async function aWorkspace({ faults = [], ...door }: WorkspaceOptions = {}) {
  const store = await createStore({ clock: systemClock })
  const seen: Seen[] = []
  const rules = faults.map((rule) => ({ door: 'customerio' as const, call: '*', ...rule }))
  const served = await serve({
    address: 'us',
    port: 0,
    doors: [
      strict(
        createCustomerioDoor({
          region: 'us',
          keys: () => [writeKey],
          store,
          clock: systemClock,
          ...door,
        }),
      ),
    ],
    faults: createFaults({ rules, seed: 1 }),
    onRequest: (one) => seen.push(one),
  })
  const clients: CustomerIO[] = []
  const options = {
    region: 'us',
    key: writeKey,
    url: `http://127.0.0.1:${served.port}/v1`,
    retry: { firstMs: 1, mostMs: 2, deadlineMs: 5_000 },
  } as const
  return {
    store,
    /** Every exchange, also those that never reached the door. */
    seen,
    /** How to reach it. */
    options,
    client(more: Partial<CustomerIOOptions> = {}): CustomerIO {
      const client = new CustomerIO({ ...options, ...more })
      clients.push(client)
      return client
    },
    async close() {
      await Promise.all(clients.map((client) => client.close()))
      await served.close(0)
      await store.close()
    },
  }
}
