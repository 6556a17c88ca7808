import { Agent, type Dispatcher, request } from 'undici'
import type {
  Door,
  DoorRequest,
  DoorResponse,
  Fault,
  FaultPlan,
} from '../../../src/twin/http/index.ts'

/** A door that accepts everything and remembers what it took. */
export function openDoor(
  answer: (request: DoorRequest) => DoorResponse | Promise<DoorResponse> = () => ({ status: 200 }),
): Door & { readonly taken: DoorRequest[] } {
  const taken: DoorRequest[] = []
  return {
    name: 'customerio',
    taken,
    accepts: () => true,
    label: ({ method, path }) => `${method} ${path}`,
    handle: async (request) => {
      taken.push(request)
      return await answer(request)
    },
  }
}

/** Every call meets this fault. */
export function always(fault: Fault): FaultPlan {
  return { decide: () => fault }
}

/** A client that trusts `ca` and nothing else. */
export function clientOf(ca?: string): Agent {
  return new Agent(ca === undefined ? {} : { connect: { ca } })
}

/** One request, read to its end. */
export async function ask(
  dispatcher: Dispatcher,
  url: string,
  options: {
    readonly method?: Dispatcher.HttpMethod
    readonly body?: string | Buffer
    readonly headers?: Record<string, string>
  } = {},
) {
  const { statusCode, headers, body } = await request(url, { dispatcher, ...options })
  return { status: statusCode, headers, text: await body.text() }
}
