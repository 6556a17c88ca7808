import type { Door, DoorRequest, DoorResponse } from '../http/index.ts'
import { ApiError, answering } from './api-error.ts'
import { handleDirectories } from './directories.ts'
import { handleFiles } from './files.ts'
import type { Secrets } from './secrets.ts'
import { invalidToken, type SignIn } from './sign-in.ts'
import type { Volumes } from './volume-path.ts'
import type { Warehouse } from './warehouse-state.ts'
import { handleWarehouses } from './warehouses.ts'

/** What the workspace's REST side rests on. */
export interface WorkspaceParts {
  readonly signIn: SignIn
  readonly secrets: Secrets
  readonly volumes: Volumes
  readonly warehouse: Warehouse
  /** Whom the tokens belong to: the client id. */
  readonly clientId: string
  /** A folder for unfinished uploads, on the file system of the volumes. */
  readonly staging: string
}

/**
 * The workspace's REST calls. It accepts every path, so it stands last on its address: what it does not know is
 * answered 404 ENDPOINT_NOT_FOUND, and everything but signing in wants a token.
 */
export function createWorkspaceDoor(parts: WorkspaceParts): Door {
  return {
    name: 'workspace',
    accepts: () => true,
    label: ({ method, path }) => `${method} ${path}`,
    handle: (request) => answering(() => handle(parts, request)),
  }
}

async function handle(parts: WorkspaceParts, request: DoorRequest): Promise<DoorResponse> {
  const { method, path } = request
  if (path === '/oidc/v1/token' && method === 'POST') return parts.signIn.token(request)
  if (path === '/oidc/.well-known/oauth-authorization-server') return discovery(request)
  if (request.fault === 'expire-token') throw invalidToken
  const refusal = parts.signIn.authorize(request.headers)
  if (refusal !== undefined) return refusal
  return (await route(parts, request)) ?? unknown(request)
}

async function route(
  parts: WorkspaceParts,
  request: DoorRequest,
): Promise<DoorResponse | undefined> {
  const { path } = request
  if (path.startsWith('/api/2.0/fs/files/')) {
    return await handleFiles(parts.volumes, parts.staging, request)
  }
  if (path.startsWith('/api/2.0/fs/directories/')) {
    return await handleDirectories(parts.volumes, request)
  }
  if (path.startsWith('/api/2.0/secrets/')) return parts.secrets.handle(request)
  if (/^\/api\/2\.0\/sql\/warehouses(\/|$)/.test(path)) {
    return handleWarehouses(parts.warehouse, request)
  }
  if (path === '/api/2.0/preview/scim/v2/Me' && request.method === 'GET') return me(parts)
  return undefined
}

function me({ clientId }: WorkspaceParts): DoorResponse {
  return {
    status: 200,
    headers: { 'x-databricks-org-id': '1' },
    body: {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
      id: '1',
      userName: clientId,
      displayName: 'twin',
      active: true,
    },
  }
}

function discovery({ headers }: DoorRequest): DoorResponse {
  const issuer = `https://${headers.host ?? 'localhost'}/oidc`
  return {
    status: 200,
    body: {
      issuer,
      authorization_endpoint: `${issuer}/v1/authorize`,
      token_endpoint: `${issuer}/v1/token`,
    },
  }
}

function unknown({ method, path }: DoorRequest): never {
  const name = path.replace(/^\/api\/\d+\.\d+/, '')
  throw new ApiError(404, 'ENDPOINT_NOT_FOUND', `No API found for '${method} ${name}'`)
}
