import type { Clock } from '../../../core/index.ts'
import type { DoorRequest, DoorResponse } from '../../http/index.ts'
import type { Tree } from '../tree.ts'
import { handleAcls } from './acls.ts'
import { openAlerts } from './alerts.ts'
import { type Catalogs, schemasOf, volumesOf } from './catalogs.ts'
import { openDashboards } from './dashboards.ts'
import type { Deployed } from './deployed.ts'
import { handleGrants } from './grants.ts'
import { handlePermissions } from './permissions.ts'
import { openSecurables } from './securables.ts'

/** What the calls on deployed resources rest on. */
export interface ResourceParts {
  readonly deployed: Deployed
  readonly catalogs: Catalogs
  readonly tree: Tree
  readonly clock: Clock
  /** Whom everything belongs to. */
  readonly owner: string
}

type Handle = (request: DoorRequest, rest: string) => DoorResponse | undefined

/**
 * The calls on schemas, volumes, grants, permissions, dashboards, alerts and ACLs of secrets: what answers below which
 * path, given what follows it.
 */
export function openResources(parts: ResourceParts): [base: string, handle: Handle][] {
  const { deployed, catalogs, tree, clock, owner } = parts
  const of = deployed.of
  const securables = (kind: 'schemas' | 'volumes', substance: typeof schemasOf) =>
    openSecurables(substance(catalogs), of(kind), clock, owner)
  const [grants, permissions, acls] = [of('grants'), of('permissions'), of('acls')]
  return [
    ['/api/2.1/unity-catalog/schemas', securables('schemas', schemasOf)],
    ['/api/2.1/unity-catalog/volumes', securables('volumes', volumesOf)],
    ['/api/2.1/unity-catalog/permissions', (request, rest) => handleGrants(grants, request, rest)],
    [
      '/api/2.0/permissions',
      (request, rest) => handlePermissions(permissions, owner, request, rest),
    ],
    ['/api/2.0/lakeview/dashboards', openDashboards(of('dashboards'), tree, clock)],
    ['/api/2.0/alerts', openAlerts(of('alerts'), clock, owner)],
    ['/api/2.0/secrets/acls', (request, rest) => handleAcls(acls, owner, request, rest)],
  ]
}
