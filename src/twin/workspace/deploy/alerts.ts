import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Clock } from '../../../core/index.ts'
import type { DoorRequest, DoorResponse } from '../../http/index.ts'
import { ApiError } from '../api-error.ts'
import { jsonOf } from '../request-json.ts'
import type { Records, Thing } from './deployed.ts'

const Given = z.looseObject({ display_name: z.string(), query_text: z.string() })

/** Alerts: `POST /api/2.0/alerts`; `GET`, `PATCH` and `DELETE` of one. They are recorded and never evaluated. */
export function openAlerts(records: Records, clock: Clock, owner: string) {
  const now = () => new Date(clock.now()).toISOString()
  const find = (id: string): Thing => {
    const found = records.get(id)
    if (found !== undefined) return found
    throw new ApiError(404, 'RESOURCE_DOES_NOT_EXIST', `Alert ${id} does not exist.`)
  }
  const save = (id: string, thing: Thing): DoorResponse => {
    const whole = { ...thing, update_time: now() }
    records.put(id, whole)
    return { status: 200, body: whole }
  }
  /** `id` is empty for the collection itself. */
  return ({ method, body }: DoorRequest, id: string): DoorResponse | undefined => {
    switch (`${method} ${id === '' ? '' : 'id'}`) {
      case 'POST ': {
        const made = randomUUID()
        const own = { id: made, lifecycle_state: 'ACTIVE', create_time: now() }
        const effective_run_as = { service_principal_name: owner }
        const whose = { owner_user_name: owner, effective_run_as }
        return save(made, { ...jsonOf(body, Given), ...own, ...whose })
      }
      case 'GET id':
        return { status: 200, body: find(id) }
      case 'PATCH id': {
        const { lifecycle_state, create_time, owner_user_name, effective_run_as } = find(id)
        const own = { id, lifecycle_state, create_time, owner_user_name, effective_run_as }
        return save(id, { ...jsonOf(body, Given), ...own })
      }
      case 'DELETE id':
        find(id)
        records.remove(id)
        return { status: 200, body: {} }
      default:
        return undefined
    }
  }
}
