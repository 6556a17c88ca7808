import { z } from 'zod'
import type { DoorRequest, DoorResponse } from '../../http/index.ts'
import { decoded, jsonOf } from '../request-json.ts'
import type { Records } from './deployed.ts'

const Privileges = z.array(z.string()).default([])
const Change = z.object({ principal: z.string(), add: Privileges, remove: Privileges })
const Update = z.object({ changes: z.array(Change).default([]) })
const Assignments = z.record(z.string(), z.array(z.string()))

/**
 * `GET` and `PATCH` of `/api/2.1/unity-catalog/permissions/<type>/<full name>`. Grants are recorded; nothing is
 * denied for want of one.
 */
export function handleGrants(
  records: Records,
  { method, body }: DoorRequest,
  securable: string,
): DoorResponse | undefined {
  const id = decoded(securable).toLowerCase()
  if (!/^[\w-]+\/[^/]+$/.test(id)) return undefined
  const granted = new Map(Object.entries(Assignments.parse(records.get(id) ?? {})))
  if (method === 'GET') return shown(granted)
  if (method !== 'PATCH') return undefined
  for (const { principal, add, remove } of jsonOf(body, Update).changes) {
    const before = granted.get(principal) ?? []
    // Whoever takes away ALL_PRIVILEGES takes away each of them.
    const isLeft = (one: string) => !remove.includes('ALL_PRIVILEGES') && !remove.includes(one)
    const after = [...new Set([...before.filter(isLeft), ...add])].sort()
    if (after.length > 0) granted.set(principal, after)
    else granted.delete(principal)
  }
  records.put(id, Object.fromEntries(granted))
  return shown(granted)
}

function shown(granted: ReadonlyMap<string, readonly string[]>): DoorResponse {
  const assignments = [...granted].map(([principal, privileges]) => ({ principal, privileges }))
  return { status: 200, body: { privilege_assignments: assignments } }
}
