import { z } from 'zod'
import type { DoorRequest, DoorResponse } from '../../http/index.ts'
import { jsonOf } from '../request-json.ts'
import type { Records } from './deployed.ts'

const principals = ['user_name', 'group_name', 'service_principal_name'] as const

const Entry = z.object({
  user_name: z.string().optional(),
  group_name: z.string().optional(),
  service_principal_name: z.string().optional(),
  permission_level: z.string(),
})
const Entries = z.object({ access_control_list: z.array(Entry).default([]) })

/** How the calls name a kind of object, and how their answers do. */
const kinds: Readonly<Record<string, string>> = {
  jobs: 'job',
  directories: 'directory',
  dashboards: 'dashboard',
  alertsv2: 'alertv2',
  warehouses: 'warehouses',
}

/**
 * `GET`, `PUT` (all of them) and `PATCH` (those named) of `/api/2.0/permissions/<kind>/<id>`. Permissions are
 * recorded; nothing is denied for want of one. The owner of an object that has none of its own is `owner`.
 */
export function handlePermissions(
  records: Records,
  owner: string,
  { method, body }: DoorRequest,
  object: string,
): DoorResponse | undefined {
  const [, kind = '', id = ''] = /^(\w+)\/([\w-]+)$/.exec(object) ?? []
  const type = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined
  if (type === undefined) return undefined
  const kept = records.get(object)
  const before = kept === undefined ? firstOf(kind, owner) : Entries.parse(kept).access_control_list
  const show = (entries: readonly z.output<typeof Entry>[]): DoorResponse => ({
    status: 200,
    body: {
      object_id: `/${kind}/${id}`,
      object_type: type,
      access_control_list: entries.map(({ permission_level, ...principal }) => ({
        ...principal,
        all_permissions: [{ permission_level, inherited: false }],
      })),
    },
  })
  if (method === 'GET') return show(before)
  if (method !== 'PUT' && method !== 'PATCH') return undefined
  const given = jsonOf(body, Entries).access_control_list
  const stays = (one: z.output<typeof Entry>) => !given.some((other) => isSame(one, other))
  const after = method === 'PUT' ? given : [...before.filter(stays), ...given]
  records.put(object, { access_control_list: after })
  return show(after)
}

function firstOf(kind: string, owner: string): z.output<typeof Entry>[] {
  const permission_level = kind === 'jobs' ? 'IS_OWNER' : 'CAN_MANAGE'
  return [{ service_principal_name: owner, permission_level }]
}

function isSame(one: z.output<typeof Entry>, other: z.output<typeof Entry>): boolean {
  return principals.every((name) => one[name] === other[name])
}
