import type { ProjectSpec, RouteSpec, SyncSpec } from '../core/index.ts'
import { Brakes, Checks, toBrakes, toChecks } from './guard-schema.ts'
import type { ProjectFile } from './project-schema.ts'
import type { YamlFile } from './yaml-file.ts'

/** The name of the built-in sync. */
export const outboxName = 'outbox'

/**
 * The built-in sync over the table `outbox` of the control schema: every row is a call of its own, made once. It is like
 * any other sync besides, so that runs, plans, replays and audit know nothing of it.
 */
export function outboxSync(
  { irreversible }: NonNullable<ProjectFile['outbox']>,
  project: Pick<ProjectSpec, 'control' | 'destinations' | 'objectTypes'>,
  yaml: YamlFile,
): SyncSpec {
  return {
    name: outboxName,
    file: yaml.file,
    source: {
      from: { table: `${project.control}.outbox` },
      key: ['id'],
      changes: { kind: 'auto' },
      start: 'all',
      settleMs: 0,
    },
    send: {
      call: 'track',
      to: routeOf(Object.keys(project.destinations)),
      nulls: 'omit',
      person: { id: 'person' },
      at: 'requested_at',
      fields: {},
      limits: {
        attributeNames: 'error',
        attributeValues: 'error',
        attributeCount: 'error',
        eventNames: 'error',
      },
      allow: [],
    },
    onDelete: 'ignore',
    // Rows go when they are old, and come when somebody needs them.
    brakes: { ...toBrakes(Brakes.parse({})), emptySource: 'allow', maxChangeFactor: 0 },
    checks: toChecks(Checks.parse({})),
    keepPayload: false,
    outbox: { irreversible: irreversible === 'accepted', objectTypes: project.objectTypes },
    tests: [],
    at: () => yaml.at(['outbox']),
  }
}

function routeOf(destinations: readonly string[]): RouteSpec {
  const [only = '', ...others] = destinations
  return {
    kind: 'by',
    column: 'destination',
    routes: Object.fromEntries(destinations.map((name) => [name, name])),
    else: others.length === 0 ? only : 'invalid',
    moved: 'stop',
  }
}
