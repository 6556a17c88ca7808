import { z } from 'zod'
import type { DoorRequest, DoorResponse } from '../../http/index.ts'
import { ApiError } from '../api-error.ts'
import { jsonOf, required } from '../request-json.ts'
import type { Records } from './deployed.ts'

const Entry = z.object({
  scope: z.string(),
  principal: z.string(),
  permission: z.enum(['READ', 'WRITE', 'MANAGE']),
})
const Named = Entry.omit({ permission: true })

/**
 * `POST /api/2.0/secrets/acls/put`, `delete`; `GET …/list`, `get`. Recorded; nothing is denied for want of one.
 * `call` is what follows `/acls/`. The creator of a scope may manage it.
 */
export function handleAcls(
  records: Records,
  owner: string,
  { method, query, body }: DoorRequest,
  call: string,
): DoorResponse | undefined {
  const read = (scope: string): Map<string, string> => {
    const kept = z.record(z.string(), z.string()).parse(records.get(scope) ?? { [owner]: 'MANAGE' })
    return new Map(Object.entries(kept))
  }
  const save = (scope: string, acls: ReadonlyMap<string, string>): DoorResponse => {
    records.put(scope, Object.fromEntries(acls))
    return { status: 200, body: {} }
  }
  switch (`${method} ${call}`) {
    case 'POST put': {
      const { scope, principal, permission } = jsonOf(body, Entry)
      return save(scope, read(scope).set(principal, permission))
    }
    case 'POST delete': {
      const { scope, principal } = jsonOf(body, Named)
      const acls = read(scope)
      if (!acls.delete(principal)) throw missing(scope, principal)
      return save(scope, acls)
    }
    case 'GET list': {
      const items = [...read(required(query, 'scope'))]
      return {
        status: 200,
        body: { items: items.map(([principal, permission]) => ({ principal, permission })) },
      }
    }
    case 'GET get': {
      const [scope, principal] = [required(query, 'scope'), required(query, 'principal')]
      const permission = read(scope).get(principal)
      if (permission === undefined) throw missing(scope, principal)
      return { status: 200, body: { principal, permission } }
    }
    default:
      return undefined
  }
}

function missing(scope: string, principal: string): ApiError {
  const message = `ACL does not exist for scope: ${scope} and principal: ${principal}`
  return new ApiError(404, 'RESOURCE_DOES_NOT_EXIST', message)
}
