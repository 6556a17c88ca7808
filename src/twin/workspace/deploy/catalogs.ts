import { ApiError } from '../api-error.ts'
import { invalid } from '../request-json.ts'
import type { Thing } from './deployed.ts'
import { missing, type Securable } from './securables.ts'

/** The catalogs, schemas and volumes that there are. */
export interface Catalogs {
  hasCatalog(catalog: string): boolean
  hasSchema(catalog: string, schema: string): boolean
  createSchema(catalog: string, schema: string): void
  dropSchema(catalog: string, schema: string, options?: { readonly cascade?: boolean }): void
  hasVolume(catalog: string, schema: string, volume: string): boolean
  createVolume(catalog: string, schema: string, volume: string): void
  dropVolume(catalog: string, schema: string, volume: string): void
}

/** Schemas, as Unity Catalog's REST calls see them. */
export function schemasOf(catalogs: Catalogs): Securable {
  return {
    noun: 'Schema',
    parts: 2,
    describe: ([catalog_name, name]) => ({ catalog_name, name, catalog_type: 'MANAGED_CATALOG' }),
    exists: ([catalog = '', schema = '']) => catalogs.hasSchema(catalog, schema),
    namesOf: (given) => parts(given, 'catalog_name', 'name'),
    create([catalog = '', schema = '']) {
      if (!catalogs.hasCatalog(catalog)) throw missing('Catalog', catalog)
      catalogs.createSchema(catalog, schema)
    },
    remove: ([catalog = '', schema = ''], force) =>
      catalogs.dropSchema(catalog, schema, { cascade: force }),
  }
}

/** Managed volumes, likewise. */
export function volumesOf(catalogs: Catalogs): Securable {
  return {
    noun: 'Volume',
    parts: 3,
    describe: ([catalog_name, schema_name, name]) => ({
      ...{ catalog_name, schema_name, name },
      volume_type: 'MANAGED',
      storage_location: `twin://volumes/${catalog_name}/${schema_name}/${name}`,
    }),
    exists: ([catalog = '', schema = '', volume = '']) =>
      catalogs.hasVolume(catalog, schema, volume),
    namesOf: (given) => parts(given, 'catalog_name', 'schema_name', 'name'),
    create([catalog = '', schema = '', volume = ''], given: Thing) {
      if (given.volume_type !== 'MANAGED') {
        throw new ApiError(501, 'NOT_IMPLEMENTED', 'The twin has managed volumes only.')
      }
      if (!catalogs.hasSchema(catalog, schema)) throw missing('Schema', `${catalog}.${schema}`)
      catalogs.createVolume(catalog, schema, volume)
    },
    remove: ([catalog = '', schema = '', volume = '']) =>
      catalogs.dropVolume(catalog, schema, volume),
  }
}

/** The parts of a full name. */
function parts(given: Thing, ...fields: string[]): string[] {
  return fields.map((field) => {
    const part = given[field]
    if (typeof part === 'string' && part !== '') return part
    throw invalid(`Missing required field: ${field}`)
  })
}
