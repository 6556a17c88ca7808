import type { ProjectSpec } from '../core/index.ts'
import { tablesVariable } from './start.ts'

/**
 * What the resources need to know of customerio.yml and what differs from target to target, as variables of the bundle.
 * Its targets have the names of those in customerio.yml.
 */
export function variables(project: ProjectSpec, targets: readonly ProjectSpec[]): object {
  const values = valuesOf(project)
  const overrides = targets.flatMap((target) => {
    const own = valuesOf(target)
    const other = Object.keys(own).filter((name) => !isSame(own[name], values[name]))
    if (target.target === undefined || other.length === 0) return []
    const assigned = other.map((name) => [name, assign(own[name])])
    return [[target.target, { variables: Object.fromEntries(assigned) }]]
  })
  return {
    variables: Object.fromEntries(
      Object.entries(values).map(([name, value]) => [
        name,
        { description: descriptionOf(name), ...define(value) },
      ]),
    ),
    ...(overrides.length === 0 ? {} : { targets: Object.fromEntries(overrides) }),
  }
}

type Values = Readonly<Record<string, string | readonly string[]>>

function valuesOf(project: ProjectSpec): Values {
  const [catalog = '', schema = ''] = project.control.split('.')
  return {
    control_catalog: catalog,
    control_schema: schema,
    ...Object.fromEntries(
      project.jobs.flatMap((job) =>
        job.onTableUpdate === undefined ? [] : [[tablesVariable(job), job.onTableUpdate]],
      ),
    ),
  }
}

function descriptionOf(name: string): string {
  if (name === 'control_catalog') return 'catalog of the control schema'
  if (name === 'control_schema') return 'schema of the control tables'
  return 'tables that start the job when they were written to'
}

function define(value: Values[string]): object {
  return typeof value === 'string' ? { default: value } : { type: 'complex', default: value }
}

/** In a target, a text can be assigned as it is; a list can't. */
function assign(value: Values[string] | undefined): unknown {
  return typeof value === 'string' ? value : { type: 'complex', default: value }
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
