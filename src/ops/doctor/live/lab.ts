import { controlOf, setUpControl } from '../../../audit/index.ts'
import type { Settings } from '../../../config/index.ts'
import { ConfigError, codesOf, newId, type ProjectSpec } from '../../../core/index.ts'
import { createClient } from '../../../customerio/index.ts'
import { openParts, type PartsOptions } from '../../../sync/index.ts'
import { splitTable } from '../../../warehouse/index.ts'
import type { Bench, Stage } from './experiment.ts'
import { messages, said } from './messages.ts'

/** How the ids of people of experiments begin. */
export const personPrefix = 'customerio-jobs-live-'

/** Where experiments are made: a schema and a person of their own, both gone in the end. */
export interface Lab {
  readonly person: string
  readonly schema: string
  /** Opened at first use, and set up as a control schema. */
  bench(): Promise<Bench>
  /** Opened at first use. */
  stage(): Promise<Stage>
  /** Deletes the person; says how Customer.io answered. */
  forget(person: string): Promise<string>
  /** Drops the schema if it was made (or says in the log that it is left), and closes what is open. */
  close(): Promise<void>
}

/** Opens a lab beside the project's own control schema, and on one of its destinations. Connects nothing yet. */
export function openLab(options: PartsOptions, settings: Settings, destination: string): Lab {
  const { project, clock, ca } = options
  const id = newId(clock.now())
  const [catalog = ''] = splitTable(project.control)
  const schema = `${catalog}.customerio_jobs_live_${id.toLowerCase()}`
  const person = `${personPrefix}${id}`
  const parts = openParts({ ...options, project: { ...project, control: schema, syncs: [] } })
  const { warehouse } = parts
  let made: Promise<unknown> | undefined
  const stage = async (): Promise<Stage> => {
    const target = await parts.destination(destination)
    const { region } = target.spec
    const url = settings.customerioUrls[region]
    return {
      clock,
      person,
      destination: target,
      client: (key) =>
        createClient({
          region,
          key,
          clock,
          connections: 1,
          ...(url === undefined ? {} : { url }),
          ...(ca === undefined ? {} : { ca }),
        }),
    }
  }
  return {
    person,
    schema,
    stage,
    async bench() {
      made ??= setUpControl(warehouse, schema, [], clock)
      await made
      return { ...parts, control: schema }
    },
    async forget(who) {
      const { track, send } = messages({ ...(await stage()), person: who })
      return said(await send(track('User Deleted')))
    },
    async close() {
      if (made !== undefined) {
        await made.catch(() => {})
        await warehouse
          .execute(`DROP SCHEMA IF EXISTS ${controlOf(schema).schema} CASCADE`)
          .catch((error: unknown) =>
            options.log.warn('the schema of the experiments is left; drop it by hand', {
              schema,
              code: codesOf(error)[0],
            }),
          )
      }
      await parts.close()
    },
  }
}

/** The destination to experiment on: the one that is named, or the only one. Throws ConfigError DESTINATION_UNKNOWN. */
export function destinationFor({ destinations }: ProjectSpec, name: string | undefined): string {
  const names = Object.keys(destinations)
  const [only] = names
  if (name === undefined && only !== undefined && names.length === 1) return only
  if (name !== undefined && names.includes(name)) return name
  throw new ConfigError(
    'DESTINATION_UNKNOWN',
    `say on which destination to experiment: --to one of ${names.join(', ')}; best a test account`,
  )
}
