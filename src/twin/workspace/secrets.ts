import { randomBytes } from 'node:crypto'
import { statSync } from 'node:fs'
import { z } from 'zod'
import type { DoorRequest, DoorResponse } from '../http/index.ts'
import { ApiError, badRequest } from './api-error.ts'
import { keptJson, writeJson } from './kept-json.ts'

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
          return { status: 200, body: { scopes: Object.keys(read()).map((name) => ({ name })) } }
        case 'POST scopes/create':
          return change((now) => createScope(now, jsonOf(body)))
        case 'POST put':
          return change((now) => put(now, jsonOf(body)))
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
  if (value === undefined) {
    const message = `Secret does not exist with scope: ${scope} and key: ${key}`
    throw new ApiError(404, 'RESOURCE_DOES_NOT_EXIST', message)
  }
  return { status: 200, body: { key, value: Buffer.from(value).toString('base64') } }
}

function list(scopes: Scopes, scope: string): DoorResponse {
  const secrets = Object.keys(scopeOf(scopes, scope)).map((key) => ({ key }))
  return { status: 200, body: { secrets } }
}

function createScope(scopes: Scopes, { scope = '' }: Record<string, string>): void {
  if (scope === '') throw badRequest('scope is required')
  if (Object.hasOwn(scopes, scope)) {
    throw new ApiError(400, 'RESOURCE_ALREADY_EXISTS', `Scope ${scope} already exists!`)
  }
  scopes[scope] = {}
}

function put(scopes: Scopes, given: Record<string, string>): void {
  const { scope = '', key, string_value, bytes_value } = given
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

const Given = z.record(z.string(), z.string())

function jsonOf(body: Buffer): Record<string, string> {
  try {
    return Given.parse(JSON.parse(body.toString()))
  } catch {
    throw new ApiError(
      400,
      'MALFORMED_REQUEST',
      'Invalid JSON given in the body of the request - failed to parse given JSON',
    )
  }
}
