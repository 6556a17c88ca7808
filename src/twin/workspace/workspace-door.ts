import type { Clock } from '../../core/index.ts'
import type { Door, DoorRequest, DoorResponse } from '../http/index.ts'
import { ApiError, answering } from './api-error.ts'
import { type Catalogs, type Deployed, openJobs, openResources } from './deploy/index.ts'
import { handleDirectories } from './directories.ts'
import { discovery, workspaceId } from './discovery.ts'
import { handleFiles } from './files.ts'
import { handleObjects } from './objects.ts'
import { openRuns, type TaskMeans } from './runs/index.ts'
import type { Secrets } from './secrets.ts'
import { invalidToken, type SignIn } from './sign-in.ts'
import { handleTelemetry } from './telemetry.ts'
import { openTree } from './tree.ts'
import type { Volumes } from './volume-path.ts'
import type { Warehouse } from './warehouse-state.ts'
import { handleWarehouses } from './warehouses.ts'

/** What the workspace's REST side rests on. */
export interface WorkspaceParts {
  readonly signIn: SignIn
  readonly secrets: Secrets
  readonly volumes: Volumes
  readonly catalogs: Catalogs
  readonly warehouse: Warehouse
  readonly clock: Clock
  /** Whom the tokens belong to: the client id. */
  readonly clientId: string
  /** A folder for unfinished uploads, on the file system of the volumes. */
  readonly staging: string
  /** The folder of the workspace's own files. */
  readonly files: string
  readonly deployed: Deployed
  /** What runs the tasks of jobs. */
  readonly tasks: TaskMeans
}

/** The workspace's REST calls, and the runs of jobs that they start. */
export interface WorkspaceDoor extends Door {
  /** Kills the jobs that still run. */
  close(): Promise<void>
}

type Route = (
  request: DoorRequest,
  rest: string,
) => DoorResponse | undefined | Promise<DoorResponse | undefined>

/**
 * The workspace's REST calls. It accepts every path, so it stands last on its address: what it does not know is
 * answered 404 ENDPOINT_NOT_FOUND, and everything but signing in wants a token.
 */
export function createWorkspaceDoor(parts: WorkspaceParts): WorkspaceDoor {
  const { routes, close } = openRoutes(parts)
  return {
    name: 'workspace',
    accepts: () => true,
    label: ({ method, path }) => `${method} ${path}`,
    handle: (request) => answering(() => handle(parts.signIn, routes, request)),
    close,
  }
}

async function handle(
  signIn: SignIn,
  routes: readonly (readonly [string, Route])[],
  request: DoorRequest,
): Promise<DoorResponse> {
  const { method, path } = request
  if (path === '/oidc/v1/token' && method === 'POST') return signIn.token(request)
  const found = discovery(request)
  if (found !== undefined) return found
  if (request.fault === 'expire-token') throw invalidToken
  const refusal = signIn.authorize(request.headers)
  if (refusal !== undefined) return refusal
  const [base = '', route] = routes.find(([one]) => isBelow(path, one)) ?? []
  return (await route?.(request, path.slice(base.length + 1))) ?? unknown(request)
}

/** What answers below which path; the first that fits. */
function openRoutes(parts: WorkspaceParts) {
  const { clientId: owner, clock, deployed } = parts
  const tree = openTree(parts.files)
  const jobs = openJobs(deployed.of('jobs'), clock, owner)
  const runs = openRuns({ ...parts.tasks, jobs, tree, clock, owner })
  const callJobs: Route = (request, rest) =>
    jobs.handle(rest, request) ?? runs.handle(rest, request)
  const objects: Route = (request) => handleObjects(tree, request)
  const routes: [string, Route][] = [
    ['/api/2.0/fs/files', (request) => handleFiles(parts.volumes, parts.staging, request)],
    ['/api/2.0/fs/directories', (request) => handleDirectories(parts.volumes, request)],
    ['/api/2.0/workspace', objects],
    ['/api/2.0/workspace-files', objects],
    ['/api/2.1/jobs', callJobs],
    ['/api/2.2/jobs', callJobs],
    ...openResources({ ...parts, tree, owner }),
    ['/api/2.0/secrets', (request) => parts.secrets.handle(request)],
    ['/api/2.0/sql/warehouses', (request) => handleWarehouses(parts.warehouse, request)],
    ['/api/2.0/preview/scim/v2/Me', (request) => me(request, owner)],
    ['/telemetry-ext', handleTelemetry],
  ]
  return { routes, close: () => runs.close() }
}

function isBelow(path: string, base: string): boolean {
  return path === base || path.startsWith(`${base}/`)
}

function me({ method }: DoorRequest, clientId: string): DoorResponse | undefined {
  if (method !== 'GET') return undefined
  return {
    status: 200,
    headers: { 'x-databricks-org-id': workspaceId },
    body: {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
      id: '1',
      userName: clientId,
      displayName: 'twin',
      active: true,
    },
  }
}

function unknown({ method, path }: DoorRequest): never {
  const name = path.replace(/^\/api\/\d+\.\d+/, '')
  throw new ApiError(404, 'ENDPOINT_NOT_FOUND', `No API found for '${method} ${name}'`)
}
