import { timingSafeEqual } from 'node:crypto'
import { isError } from '../../core/index.ts'
import type { Door, DoorRequest, DoorResponse } from '../http/index.ts'
import type { Faults } from './faults.ts'
import { checkFaultSet } from './parse.ts'

const path = '/twin/faults'

/**
 * The twin's own door: `GET /twin/faults` shows the rules with their counters, `PUT` replaces them (a list, or
 * `{ seed, rules }`), `DELETE` removes them. Each call carries `secret` in the header `x-twin-secret`.
 */
export function createControlDoor(faults: Faults, secret: string): Door {
  return {
    name: 'control',
    accepts: (request) => request.path === path,
    label: ({ method }) => `${method} ${path}`,
    async handle(request) {
      if (!isSame(request.headers['x-twin-secret'], secret)) {
        return refuse(
          403,
          'The header x-twin-secret must carry the secret that the twin printed at its start.',
        )
      }
      return act(faults, request)
    },
  }
}

function act(faults: Faults, { method, body }: DoorRequest): DoorResponse {
  if (method === 'DELETE') faults.clear()
  else if (method === 'PUT') {
    try {
      faults.set(checkFaultSet(JSON.parse(body.toString())))
    } catch (error) {
      return refuse(400, isError(error) ? error.message : 'The body must be JSON.')
    }
  } else if (method !== 'GET') return refuse(405, `${path} takes GET, PUT and DELETE.`)
  return { status: 200, body: { rules: faults.counters() } }
}

function refuse(status: number, message: string): DoorResponse {
  return { status, body: { message } }
}

function isSame(given: string | undefined, secret: string): boolean {
  const [a, b] = [Buffer.from(given ?? ''), Buffer.from(secret)]
  return a.length === b.length && timingSafeEqual(a, b)
}
