import type { Problem, RouteSpec } from '../core/index.ts'
import type { SyncFile } from './sync-schema.ts'
import type { YamlFile } from './yaml-file.ts'

/** Where the rows go, checked against the project's destinations; nothing, and a problem, when that cannot be said. */
export function routeOf(
  to: SyncFile['send']['to'],
  destinations: readonly string[],
  yaml: YamlFile,
  problems: Problem[],
): RouteSpec | undefined {
  const [only, ...others] = destinations
  if (to === undefined) {
    if (only !== undefined && others.length === 0) return { kind: 'one', destination: only }
    problems.push({
      ...yaml.at(['send']),
      code: 'destination_missing',
      message: 'customerio.yml has several destinations: say which',
      suggestion: `add to: ${destinations.join(' or to: ')}`,
    })
    return undefined
  }
  const named =
    typeof to === 'string'
      ? [{ name: to, path: ['send', 'to'] }]
      : [
          ...Object.entries(to.routes).map(([value, name]) => ({
            name,
            path: ['send', 'to', 'routes', value],
          })),
          ...(to.else === 'invalid' ? [] : [{ name: to.else, path: ['send', 'to', 'else'] }]),
        ]
  const unknown = named.filter(({ name }) => !destinations.includes(name))
  for (const { name, path } of unknown) {
    problems.push({
      ...yaml.at(path),
      code: 'unknown_destination',
      message: `"${name}" is not a destination of customerio.yml`,
      suggestion: `known: ${destinations.join(', ')}`,
    })
  }
  if (unknown.length > 0) return undefined
  return typeof to === 'string'
    ? { kind: 'one', destination: to }
    : { kind: 'by', column: to.by, routes: to.routes, else: to.else, moved: to.moved }
}
