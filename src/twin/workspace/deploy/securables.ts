import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Clock } from '../../../core/index.ts'
import { DeltaError } from '../../delta/index.ts'
import type { DoorRequest, DoorResponse } from '../../http/index.ts'
import { ApiError } from '../api-error.ts'
import { decoded, invalid, jsonOf } from '../request-json.ts'
import type { Records, Thing } from './deployed.ts'

/** One kind of object in Unity Catalog whose substance is elsewhere: in the tables and volumes of the lake. */
export interface Securable {
  /** For messages, and in the codes of errors: `Schema`, `SCHEMA_DOES_NOT_EXIST`. */
  readonly noun: 'Schema' | 'Volume'
  /** How many parts a full name has. */
  readonly parts: 2 | 3
  /** What a description adds to the names and what was given. */
  describe(names: readonly string[]): Thing
  exists(names: readonly string[]): boolean
  /**
   * The full name of a request to create one, in parts.
   *
   * @throws ApiError 400 when one is missing.
   */
  namesOf(given: Thing): readonly string[]
  create(names: readonly string[], given: Thing): void
  remove(names: readonly string[], force: boolean): void
}

const Given = z.looseObject({ name: z.string() })
const Changes = z.looseObject({
  comment: z.string().optional(),
  owner: z.string().optional(),
  properties: z.record(z.string(), z.string()).optional(),
})

/**
 * `POST` the collection; `GET`, `PATCH` and `DELETE` of `…/<full name>`. What SQL created or dropped is there, or
 * gone, here as well; comments and properties are recorded.
 */
export function openSecurables(kind: Securable, records: Records, clock: Clock, owner: string) {
  const describe = (names: readonly string[]): Thing => {
    const full_name = names.join('.')
    if (!kind.exists(names)) throw missing(kind.noun, full_name)
    return { ...kind.describe(names), full_name, owner, ...records.get(full_name) }
  }
  const create = (given: Thing): DoorResponse => {
    const names = kind.namesOf(given).map((name) => name.toLowerCase())
    const full_name = names.join('.')
    if (kind.exists(names)) {
      const message = `${kind.noun} '${full_name}' already exists`
      throw new ApiError(409, `${kind.noun.toUpperCase()}_ALREADY_EXISTS`, message)
    }
    kind.create(names, given)
    const now = clock.now()
    const id = { [`${kind.noun.toLowerCase()}_id`]: randomUUID() }
    records.put(full_name, { ...given, ...id, created_at: now, updated_at: now })
    return { status: 200, body: describe(names) }
  }
  const change = (names: readonly string[], changes: Thing): DoorResponse => {
    if (changes.new_name !== undefined) {
      throw new ApiError(501, 'NOT_IMPLEMENTED', `The twin renames no ${kind.noun.toLowerCase()}s.`)
    }
    describe(names)
    const full_name = names.join('.')
    records.put(full_name, { ...records.get(full_name), ...changes, updated_at: clock.now() })
    return { status: 200, body: describe(names) }
  }
  const remove = (names: readonly string[], force: boolean): DoorResponse => {
    describe(names)
    kind.remove(names, force)
    records.remove(names.join('.'))
    return { status: 200, body: {} }
  }
  /** `fullName` is what follows the collection's path; empty for the collection itself. */
  return ({ method, query, body }: DoorRequest, fullName: string): DoorResponse | undefined => {
    try {
      if (fullName === '') return method === 'POST' ? create(jsonOf(body, Given)) : undefined
      const names = decoded(fullName).toLowerCase().split('.')
      if (names.length !== kind.parts) throw invalid(`'${fullName}' is not a full name.`)
      if (method === 'GET') return { status: 200, body: describe(names) }
      if (method === 'PATCH') return change(names, jsonOf(body, Changes))
      return method === 'DELETE' ? remove(names, query.get('force') === 'true') : undefined
    } catch (error) {
      if (error instanceof DeltaError) throw new ApiError(400, error.code, error.message)
      throw error
    }
  }
}

/** What is not there, in the words of Unity Catalog. */
export function missing(noun: string, fullName: string): ApiError {
  const message = `${noun} '${fullName}' does not exist.`
  return new ApiError(404, `${noun.toUpperCase()}_DOES_NOT_EXIST`, message)
}
