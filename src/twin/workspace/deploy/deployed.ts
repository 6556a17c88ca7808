import { z } from 'zod'
import { keptJson, writeJson } from '../kept-json.ts'

/** What of a workspace is recorded as it was deployed, by kind. */
export type Kind =
  | 'jobs'
  | 'schemas'
  | 'volumes'
  | 'grants'
  | 'permissions'
  | 'dashboards'
  | 'alerts'
  | 'acls'

/** One recorded thing: what the caller sent, and what the door added. */
export type Thing = Readonly<Record<string, unknown>>

const Kept = z.record(z.string(), z.record(z.string(), z.record(z.string(), z.unknown())))

/** The things of one kind, by id. */
export interface Records {
  entries(): readonly (readonly [id: string, thing: Thing])[]
  get(id: string): Thing | undefined
  put(id: string, thing: Thing): void
  /** False when there is none. */
  remove(id: string): boolean
}

/** Everything that was deployed. */
export interface Deployed {
  of(kind: Kind): Records
}

/** The record in one file, which is written anew at every change. */
export function openDeployed(file: string): Deployed {
  const kept = keptJson<z.output<typeof Kept>>(file, Kept, () => ({}))
  return {
    of(kind) {
      const things = new Map(Object.entries(kept[kind] ?? {}))
      const save = () => {
        kept[kind] = Object.fromEntries(things)
        writeJson(file, kept)
      }
      return {
        entries: () => [...things],
        get: (id) => things.get(id),
        put(id, thing) {
          things.set(id, { ...thing })
          save()
        },
        remove(id) {
          const isThere = things.delete(id)
          if (isThere) save()
          return isThere
        },
      }
    },
  }
}
