import { randomInt } from 'node:crypto'
import { z } from 'zod'
import type { Clock } from '../../../core/index.ts'
import type { DoorRequest, DoorResponse } from '../../http/index.ts'
import { ApiError } from '../api-error.ts'
import { invalid, jsonOf, required } from '../request-json.ts'
import type { Records, Thing } from './deployed.ts'

/** The jobs of the workspace, recorded as they were deployed. */
export interface Jobs {
  /**
   * What was deployed last under the id.
   *
   * @throws ApiError as the real service does when there is no such job.
   */
  settings(jobId: number): Thing
  /** `POST …/jobs/create`, `reset`, `delete`; `GET …/jobs/get`, `list`. `call` is what follows `/jobs/`. */
  handle(call: string, request: DoorRequest): DoorResponse | undefined
}

const Settings = z.looseObject({ name: z.string().default('Untitled') })
const Reset = z.object({ job_id: z.number(), new_settings: Settings })

/** Jobs that belong to one principal. */
export function openJobs(records: Records, clock: Clock, owner: string): Jobs {
  const find = (jobId: number): Thing => {
    const job = records.get(String(jobId))
    if (job !== undefined) return job
    throw invalid(`Job ${jobId} does not exist.`)
  }
  const create = (settings: Thing): DoorResponse => {
    // Never used twice, over restarts too: what runs tell their runs apart by these.
    const job_id = randomInt(1e11, 1e14)
    const more = { creator_user_name: owner, run_as_user_name: owner, created_time: clock.now() }
    records.put(String(job_id), { job_id, ...more, settings })
    return { status: 200, body: { job_id } }
  }
  const reset = ({ job_id, new_settings }: z.output<typeof Reset>): DoorResponse => {
    records.put(String(job_id), { ...find(job_id), settings: new_settings })
    return { status: 200, body: {} }
  }
  const remove = (jobId: number): DoorResponse => {
    find(jobId)
    records.remove(String(jobId))
    return { status: 200, body: {} }
  }
  const list = (name: string | null): DoorResponse => {
    const all = records.entries().map(([, job]) => job)
    const jobs = all.filter((job) => name === null || Settings.parse(job.settings).name === name)
    return { status: 200, body: { jobs, has_more: false } }
  }
  return {
    settings: (jobId) => find(jobId).settings as Thing,
    handle(call, { method, query, body }) {
      switch (`${method} ${call}`) {
        case 'POST create':
          return create(jsonOf(body, Settings))
        case 'POST reset':
          return reset(jsonOf(body, Reset))
        case 'POST delete':
          return remove(jsonOf(body, z.object({ job_id: z.number() })).job_id)
        case 'GET get':
          return { status: 200, body: find(idOf(query, 'job_id')) }
        case 'GET list':
          return list(query.get('name'))
        default:
          return undefined
      }
    },
  }
}

/** A number in the query. */
export function idOf(query: URLSearchParams, name: string): number {
  const id = Number(required(query, name))
  if (Number.isSafeInteger(id)) return id
  throw new ApiError(400, 'INVALID_PARAMETER_VALUE', `${name} must be a number`)
}
