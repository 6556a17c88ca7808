import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { z } from 'zod'
import type { Clock } from '../../../core/index.ts'
import type { DoorRequest, DoorResponse } from '../../http/index.ts'
import { ApiError } from '../api-error.ts'
import { jsonOf } from '../request-json.ts'
import { type Tree, withoutPrefix } from '../tree.ts'
import type { Records, Thing } from './deployed.ts'

const Given = z.looseObject({
  display_name: z.string().optional(),
  parent_path: z.string().optional(),
  serialized_dashboard: z.string().optional(),
})
const Publish = z.looseObject({ embed_credentials: z.boolean().default(false) })

/**
 * Dashboards: `POST /api/2.0/lakeview/dashboards`; `GET`, `PATCH`, `DELETE` of one; `POST` and `GET …/published`.
 * They are recorded and drawn nowhere.
 */
export function openDashboards(records: Records, tree: Tree, clock: Clock) {
  const now = () => new Date(clock.now()).toISOString()
  const find = (id: string): Thing => {
    const found = records.get(id)
    if (found !== undefined) return found
    throw new ApiError(404, 'RESOURCE_DOES_NOT_EXIST', `Unable to find dashboard [${id}]`)
  }
  const save = (id: string, thing: Thing): DoorResponse => {
    const whole = { ...thing, etag: randomUUID(), update_time: now() }
    records.put(id, whole)
    return { status: 200, body: shown(whole) }
  }
  const create = (given: z.output<typeof Given>): DoorResponse => {
    const { display_name = 'Untitled', parent_path = '/' } = given
    if (!existsSync(tree.local(parent_path))) {
      throw new ApiError(404, 'RESOURCE_DOES_NOT_EXIST', `Path (${parent_path}) doesn't exist.`)
    }
    const id = randomUUID().replaceAll('-', '')
    // The real service leaves the prefix out of its answers.
    const parent = withoutPrefix(parent_path)
    const path = `${parent}/${display_name}.lvdash.json`
    const more = { dashboard_id: id, lifecycle_state: 'ACTIVE', create_time: now(), path }
    return save(id, { ...given, display_name, parent_path: parent, ...more })
  }
  const publish = (id: string, given: z.output<typeof Publish>): DoorResponse => {
    const { warehouse_id, display_name } = find(id)
    const published = { display_name, warehouse_id, ...given, revision_create_time: now() }
    records.put(id, { ...find(id), published })
    return { status: 200, body: published }
  }
  const published = (id: string): DoorResponse => {
    const found = find(id).published
    if (typeof found === 'object' && found !== null) return { status: 200, body: found }
    throw new ApiError(404, 'RESOURCE_DOES_NOT_EXIST', `Unable to find published dashboard [${id}]`)
  }
  /** `rest` is what follows the collection's path: nothing, an id, or an id and `/published`. */
  return ({ method, body }: DoorRequest, rest: string): DoorResponse | undefined => {
    const [id = '', part] = rest.split('/')
    switch (`${method} ${id === '' ? '' : 'id'}${part === undefined ? '' : `/${part}`}`) {
      case 'POST ':
        return create(jsonOf(body, Given))
      case 'GET id':
        return { status: 200, body: shown(find(id)) }
      case 'PATCH id':
        return save(id, { ...find(id), ...jsonOf(body, Given) })
      case 'DELETE id':
        find(id)
        records.remove(id)
        return { status: 200, body: {} }
      case 'POST id/published':
        return publish(id, jsonOf(body, Publish))
      case 'GET id/published':
        return published(id)
      default:
        return undefined
    }
  }
}

function shown({ published, ...dashboard }: Thing): Thing {
  return dashboard
}
