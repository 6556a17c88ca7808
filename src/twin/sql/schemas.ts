import type { Cursor } from './cursor.ts'
import { schemaNotFound, sqlError, unsupported } from './errors.ts'
import {
  type Defaults,
  readParts,
  resolveSchema,
  resolveTable,
  showSchema,
  showTable,
  tick,
} from './names.ts'
import type { Operation, Statement } from './operation.ts'
import type { Scope } from './scope.ts'

/** CREATE SCHEMA, from behind that word. A comment is read and not kept. */
export function readCreateSchema(cursor: Cursor, scope: Scope): Statement {
  const ifNotExists = cursor.accept('IF', 'NOT', 'EXISTS')
  const name = resolveSchema(readParts(cursor), scope.defaults)
  readComment(cursor)
  cursor.finish()
  return async ({ lake }) => {
    requireCatalog(lake.hasCatalog(name.catalog), name.catalog)
    if (lake.hasSchema(name.catalog, name.schema)) {
      if (ifNotExists) return {}
      throw sqlError(
        'SCHEMA_ALREADY_EXISTS',
        `Cannot create schema ${showSchema(name)} because it already exists.`,
        '42P06',
      )
    }
    lake.createSchema(name.catalog, name.schema)
    return {}
  }
}

/** DROP SCHEMA [IF EXISTS] s [CASCADE | RESTRICT], from behind the word SCHEMA. */
export function readDropSchema(cursor: Cursor, scope: Scope): Statement {
  const ifExists = cursor.accept('IF', 'EXISTS')
  const name = resolveSchema(readParts(cursor), scope.defaults)
  const cascade = cursor.accept('CASCADE')
  cursor.accept('RESTRICT')
  cursor.finish()
  return async ({ lake }) => {
    if (!lake.hasSchema(name.catalog, name.schema)) {
      if (ifExists) return {}
      throw schemaNotFound(showSchema(name))
    }
    lake.dropSchema(name.catalog, name.schema, { cascade })
    return {}
  }
}

/** CREATE CATALOG, from behind that word. */
export function readCreateCatalog(cursor: Cursor): Statement {
  const ifNotExists = cursor.accept('IF', 'NOT', 'EXISTS')
  const name = cursor.identifier().toLowerCase()
  readComment(cursor)
  cursor.finish()
  return async ({ lake }) => {
    if (!lake.hasCatalog(name)) lake.createCatalog(name)
    else if (!ifNotExists) {
      throw sqlError('CATALOG_ALREADY_EXISTS', `Catalog ${tick(name)} already exists.`, '42P04')
    }
    return {}
  }
}

/** CREATE VOLUME, from behind that word. */
export function readCreateVolume(cursor: Cursor, scope: Scope): Statement {
  const ifNotExists = cursor.accept('IF', 'NOT', 'EXISTS')
  const name = resolveTable(readParts(cursor), scope.defaults)
  readComment(cursor)
  cursor.finish()
  return async (operation) => {
    operation.requireSchema(name)
    if (operation.lake.hasVolume(name.catalog, name.schema, name.table)) {
      if (ifNotExists) return {}
      throw sqlError('VOLUME_ALREADY_EXISTS', `Volume ${showTable(name)} already exists.`, '42000')
    }
    operation.lake.createVolume(name.catalog, name.schema, name.table)
    return {}
  }
}

/** DROP VOLUME, from behind that word. */
export function readDropVolume(cursor: Cursor, scope: Scope): Statement {
  const ifExists = cursor.accept('IF', 'EXISTS')
  const name = resolveTable(readParts(cursor), scope.defaults)
  cursor.finish()
  return async ({ lake }) => {
    if (lake.hasVolume(name.catalog, name.schema, name.table)) {
      lake.dropVolume(name.catalog, name.schema, name.table)
    } else if (!ifExists) throw volumeNotFound(showTable(name))
    return {}
  }
}

/** USE CATALOG c, USE [SCHEMA] s, from behind USE. */
export function readUse(
  cursor: Cursor,
  scope: Scope,
  use: (defaults: Defaults) => void,
): Statement {
  if (cursor.accept('CATALOG')) {
    const catalog = cursor.identifier().toLowerCase()
    cursor.finish()
    return async ({ lake }) => {
      requireCatalog(lake.hasCatalog(catalog), catalog)
      use({ catalog, schema: 'default' })
      return {}
    }
  }
  if (!cursor.accept('SCHEMA')) cursor.accept('DATABASE')
  const name = resolveSchema(readParts(cursor), scope.defaults)
  cursor.finish()
  return async (operation: Operation) => {
    operation.requireSchema(name)
    use(name)
    return {}
  }
}

/** `UC_VOLUME_NOT_FOUND` for a full name in backticks. */
export function volumeNotFound(name: string) {
  return sqlError(
    'UC_VOLUME_NOT_FOUND',
    `Volume ${name} does not exist. Please create it first.`,
    '42704',
  )
}

function requireCatalog(isThere: boolean, catalog: string): void {
  if (isThere) return
  throw sqlError('NO_SUCH_CATALOG_EXCEPTION', `Catalog '${catalog}' was not found.`, '42704')
}

function readComment(cursor: Cursor): void {
  if (cursor.accept('COMMENT')) cursor.string()
  if (cursor.peek().kind === 'word')
    throw unsupported(`the option ${cursor.peek().text.toUpperCase()}`)
}
