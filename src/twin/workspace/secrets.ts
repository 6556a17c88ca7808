import { randomBytes } from 'node:crypto'
import { statSync } from 'node:fs'
import { z } from 'zod'
import type { DoorRequest, DoorResponse } from '../http/index.ts'
import { ApiError, badRequest } from './api-error.ts'
import { keptJson, writeJson } from './kept-json.ts'
import { jsonOf } from './request-json.ts'

const Given = z.looseObject({
  scope: z.string().default(''),
  key: z.string().optional(),
  string_value: z.string().optional(),
  bytes_value: z.string().optional(),
})
type Given = z.output<typeof Given>

const Scopes = z.record(z.string(), z.record(z.string(), z.string()))

/** Secrets by scope and key. */
export type Scopes = z.output<typeof Scopes>

/** The secrets of the workspace, kept in one file that a person may edit while the twin runs. */
export interface Secrets {
  /** As they are now. Cheap enough to be asked on every request. */
  read(): Scopes
  /** Answers `/api/2.0/secrets/…`. */
  handle(request: DoorRequest): DoorResponse | undefined
}

/** Secrets in `file`; a first start puts random ones there: scope `customerio` with the keys `us`, `eu` and `ids`. */
export function openSecrets(file: string): Secrets {
  let scopes = keptJson(file, Scopes, firstSecrets)
  let version = versionOf(file)
  const read = () => {
    const now = versionOf(file)
    if (now !== version) {
      scopes = keptJson(file, Scopes, firstSecrets)
      version = now
    }
    return scopes
  }
  const change = (apply: (scopes: Scopes) => void): DoorResponse => {
    apply(read())
    writeJson(file, scopes)
    version = versionOf(file)
    return { status: 200, body: {} }
  }
  return {
    read,
    handle({ method, path, query, body }) {
      switch (`${method} ${path.slice('/api/2.0/secrets/'.length)}`) {
        case 'GET get':
          return get(read(), query)
        case 'GET list':
          return list(read(), query.get('scope') ?? '')
        case 'GET scopes/list':
          return { status: 200, body: { scopes: Object.keys(read()).map(showScope) } }
        case 'POST scopes/create':
          return change((now) => createScope(now, jsonOf(body, Given)))
        case 'POST scopes/delete':
          return change((now) => deleteScope(now, jsonOf(body, Given)))
        case 'POST put':
          return change((now) => put(now, jsonOf(body, Given)))
        case 'POST delete':
          return change((now) => deleteSecret(now, jsonOf(body, Given)))
        default:
          return undefined
      }
    },
  }
}

/** Changes whenever the file does. */
function versionOf(file: string): string {
  const { mtimeMs, size, ino } = statSync(file)
  return `${mtimeMs} ${size} ${ino}`
}

function firstSecrets(): Scopes {
  const key = () => randomBytes(10).toString('hex')
  return { customerio: { us: key(), eu: key(), ids: randomBytes(32).toString('hex') } }
}

function get(scopes: Scopes, query: URLSearchParams): DoorResponse {
  const [scope, key] = [query.get('scope') ?? '', query.get('key') ?? '']
  const secrets = scopeOf(scopes, scope)
  const value = Object.hasOwn(secrets, key) ? secrets[key] : undefined
  if (value === undefined) throw noSecret(scope, key)
  return { status: 200, body: { key, value: Buffer.from(value).toString('base64') } }
}

function list(scopes: Scopes, scope: string): DoorResponse {
  const secrets = Object.keys(scopeOf(scopes, scope)).map((key) => ({ key }))
  return { status: 200, body: { secrets } }
}

function showScope(name: string): object {
  return { name, backend_type: 'DATABRICKS' }
}

function createScope(scopes: Scopes, { scope }: Given): void {
  if (scope === '') throw badRequest('scope is required')
  if (Object.hasOwn(scopes, scope)) {
    throw new ApiError(400, 'RESOURCE_ALREADY_EXISTS', `Scope ${scope} already exists!`)
  }
  scopes[scope] = {}
}

function deleteScope(scopes: Scopes, { scope }: Given): void {
  scopeOf(scopes, scope)
  delete scopes[scope]
}

function deleteSecret(scopes: Scopes, { scope, key = '' }: Given): void {
  const secrets = scopeOf(scopes, scope)
  if (!Object.hasOwn(secrets, key)) throw noSecret(scope, key)
  delete secrets[key]
}

function put(scopes: Scopes, { scope, key, string_value, bytes_value }: Given): void {
  const value = string_value ?? (bytes_value && Buffer.from(bytes_value, 'base64').toString())
  if (!key || value === undefined)
    throw badRequest('key and string_value or bytes_value are required')
  scopeOf(scopes, scope)[key] = value
}

function scopeOf(scopes: Scopes, scope: string): Record<string, string> {
  const found = Object.hasOwn(scopes, scope) ? scopes[scope] : undefined
  if (found !== undefined) return found
  throw new ApiError(404, 'RESOURCE_DOES_NOT_EXIST', `Scope ${scope} does not exist!`)
}

function noSecret(scope: string, key: string): ApiError {
  const message = `Secret does not exist with scope: ${scope} and key: ${key}`
  return new ApiError(404, 'RESOURCE_DOES_NOT_EXIST', message)
}
