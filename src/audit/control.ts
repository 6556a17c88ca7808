import { ConfigError } from '../core/index.ts'
import { quoteName, splitTable } from '../warehouse/index.ts'

/** The schema that holds the control tables and the volume, by its quoted names. */
export interface Control {
  /** The schema's quoted name. */
  readonly schema: string
  /** The quoted name of a table, view or volume in it. */
  name(of: string): string
  /** Where the volume's files are: `/Volumes/<catalog>/<schema>/parts`. */
  readonly volume: string
}

/** Reads `catalog.schema`, for example `main.customerio`. Throws a ConfigError where it is anything else. */
export function controlOf(control: string): Control {
  const parts = splitTable(control)
  const [catalog, schema] = parts
  if (catalog === undefined || schema === undefined || parts.length !== 2) {
    throw new ConfigError(
      'CONTROL_INVALID',
      `"control" must name a catalog and a schema, such as main.customerio, not "${control}"`,
    )
  }
  const quoted = `${quoteName(catalog)}.${quoteName(schema)}`
  return {
    schema: quoted,
    name: (of) => `${quoted}.${quoteName(of)}`,
    volume: `/Volumes/${safe(catalog)}/${safe(schema)}/${volumeName}`,
  }
}

/** The volume in the control schema that parts are uploaded to. */
export const volumeName = 'parts'

/** The folder that a window's parts of one table are in, below the volume. */
export function partFolder(
  volume: string,
  table: 'outcomes' | 'requests',
  sync: string,
  windowId: string,
): string {
  return `${volume}/${table}/${safe(sync)}/${safe(windowId)}`
}

/** A path in a volume without the scheme that file metadata puts before it. */
export function volumePath(path: string): string {
  return path.slice(Math.max(0, path.indexOf('/Volumes/')))
}

/** Paths are made of our own ids only: nothing that a file service or SQL could read as more than a name. */
function safe(name: string): string {
  if (/^\w[\w.-]*$/.test(name) && !name.includes('..')) return name
  throw new ConfigError(
    'PATH_UNSAFE',
    `"${name}" cannot stand in a volume path; use letters, digits, "_", "-" and "." only`,
  )
}
