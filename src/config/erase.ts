import type { EraseSpec, Problem } from '../core/index.ts'
import type { ProjectFile } from './project-schema.ts'
import { expand } from './variables.ts'
import type { YamlFile } from './yaml-file.ts'

/** Where requests to forget a person are kept, with the variables of the project filled in. */
export function eraseSpec(
  { table, person, kind, request, requested_by }: NonNullable<ProjectFile['erase']>,
  vars: Readonly<Record<string, string>>,
  yaml: YamlFile,
  problems: Problem[],
): EraseSpec {
  return {
    table: expand(table, vars, yaml, problems, ['erase', 'table']),
    person: {
      ...(person.id === undefined ? {} : { id: person.id }),
      ...(person.email === undefined ? {} : { email: person.email }),
    },
    kind,
    request,
    ...(requested_by === undefined ? {} : { requestedBy: requested_by }),
  }
}
