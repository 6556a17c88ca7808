import type { ProjectSpec, SecretRef } from '../core/index.ts'
import { volumeName } from './control.ts'
import { generatedLine } from './yaml.ts'

/** A project for one target, with the tables that its syncs read. */
export interface GrantedProject {
  readonly project: ProjectSpec
  /** Tables that are read for sure: the parts of each name, of which there should be three. */
  readonly tables: readonly (readonly string[])[]
  /** What looks like a table in a query, and may be a field of a column. */
  readonly perhaps: readonly (readonly string[])[]
}

const principal = '`<principal>`'
const readers = '`<readers>`'

/** The least rights that the identity of the jobs needs, as SQL to be run by who owns the tables. */
export function grants({ project, tables, perhaps }: GrantedProject): string {
  const [catalog = '', schema = ''] = project.control.split('.')
  const control = [catalog, schema]
  const read = tables.filter((parts) => parts.length === 3 && !startsWith(parts, control))
  const short = tables.filter((parts) => parts.length !== 3)
  const maybe = perhaps.filter((parts) => !startsWith(parts, control))
  const catalogs = unique([[catalog], ...read.map(([first = '']) => [first])])
  const schemas = unique(read.map((parts) => parts.slice(0, 2)))
  return [
    `-- ${generatedLine}`,
    `-- What the jobs need${project.target === undefined ? '' : ` in the target ${project.target}`}, and nothing else. Put the application id of the service`,
    '-- principal that they run as in place of <principal>.',
    '',
    ...catalogs.map((name) => grant('USE CATALOG', 'CATALOG', name)),
    ...schemas.map((name) => grant('USE SCHEMA', 'SCHEMA', name)),
    '',
    '-- What the syncs read, and the requests of "erase".',
    ...read.map((name) => grant('SELECT', 'TABLE', name)),
    ...maybe.map((name) => `-- if this is a table: ${grant('SELECT', 'TABLE', name)}`),
    ...short.map((name) => `-- named without its catalog in a query: ${quoted(name)}`),
    '',
    '-- The control schema: tables, views and snapshots, and the volume of parts.',
    grant('USE SCHEMA, CREATE TABLE, SELECT, MODIFY', 'SCHEMA', control),
    grant('READ VOLUME, WRITE VOLUME', 'VOLUME', [...control, volumeName]),
    '',
    '-- Who looks at the dashboard sees what they may read: put a group in place of <readers>. These tables hold keys and ids',
    '-- of people.',
    `-- GRANT USE CATALOG ON CATALOG ${quoted([catalog])} TO ${readers};`,
    `-- GRANT USE SCHEMA, SELECT ON SCHEMA ${quoted(control)} TO ${readers};`,
    '-- Its page Cost reads system tables, which an administrator of the account grants.',
    ...['billing', 'lakeflow'].map(
      (name) => `-- GRANT USE SCHEMA, SELECT ON SCHEMA system.${name} TO ${readers};`,
    ),
    '',
    '-- What SQL cannot say, with the Databricks CLI:',
    ...scopesOf(project).map(
      (scope) => `-- databricks secrets put-acl '${scope}' '<principal>' READ`,
    ),
    '-- databricks permissions update warehouses <warehouse id> --json \'{"access_control_list":',
    '--   [{"service_principal_name": "<principal>", "permission_level": "CAN_USE"}]}\'',
    '',
  ].join('\n')
}

function grant(rights: string, kind: string, name: readonly string[]): string {
  return `GRANT ${rights} ON ${kind} ${quoted(name)} TO ${principal};`
}

function quoted(parts: readonly string[]): string {
  return parts.map((part) => `\`${part.replaceAll('`', '``')}\``).join('.')
}

function startsWith(parts: readonly string[], start: readonly string[]): boolean {
  return start.every((part, i) => parts[i]?.toLowerCase() === part.toLowerCase())
}

function unique(names: readonly (readonly string[])[]): (readonly string[])[] {
  return [...new Map(names.map((parts) => [quoted(parts), parts])).values()]
}

function scopesOf({ destinations, idSecret, telemetry }: ProjectSpec): string[] {
  const secrets: SecretRef[] = [
    ...Object.values(destinations).map(({ key }) => key),
    idSecret,
    ...(telemetry?.authorization === undefined ? [] : [telemetry.authorization]),
  ]
  return [...new Set(secrets.flatMap((one) => (one.kind === 'workspace' ? [one.scope] : [])))]
}
