import { readAlterTable, readCommentOn, readDrop } from './alter-table.ts'
import { readDelete, readTruncate, readUpdate } from './change.ts'
import { readCopyInto } from './copy-into.ts'
import { readCreateTable } from './create-table.ts'
import { readCreateView } from './create-view.ts'
import type { Cursor } from './cursor.ts'
import { readDescribe } from './describe.ts'
import { unsupported } from './errors.ts'
import { readInsert } from './insert.ts'
import { readOptimize, readRestore, readVacuum } from './maintain.ts'
import { readMerge } from './merge.ts'
import type { Defaults } from './names.ts'
import type { Statement } from './operation.ts'
import { readQuery } from './query.ts'
import {
  readCreateCatalog,
  readCreateSchema,
  readCreateVolume,
  readDropSchema,
  readDropVolume,
  readUse,
} from './schemas.ts'
import type { Scope } from './scope.ts'
import { readShow } from './show.ts'

/** Reads one statement whole, before anything of it runs. `use` changes the session's defaults. */
export function readStatement(
  cursor: Cursor,
  scope: Scope,
  use: (defaults: Defaults) => void,
): Statement {
  if (/^(?:SELECT|WITH|VALUES|\()$/i.test(cursor.peek().text)) return readSelect(cursor, scope)
  if (cursor.sees('DESCRIBE') || cursor.sees('DESC')) return readDescribe(cursor, scope)
  if (cursor.sees('SHOW')) return readShow(cursor, scope)
  if (cursor.accept('CREATE')) return readCreate(cursor, scope)
  if (cursor.accept('REPLACE', 'TABLE')) {
    return readCreateTable(cursor, scope, { replace: true, mustExist: true })
  }
  if (cursor.accept('DROP')) return readDropAny(cursor, scope)
  if (cursor.accept('ALTER', 'TABLE')) return readAlterTable(cursor, scope)
  if (cursor.accept('COMMENT')) return readCommentOn(cursor, scope)
  if (cursor.accept('INSERT')) return readInsert(cursor, scope)
  if (cursor.accept('UPDATE')) return readUpdate(cursor, scope)
  if (cursor.accept('DELETE')) return readDelete(cursor, scope)
  if (cursor.accept('TRUNCATE')) return readTruncate(cursor, scope)
  if (cursor.accept('MERGE')) return readMerge(cursor, scope)
  if (cursor.accept('COPY')) return readCopyInto(cursor, scope)
  if (cursor.accept('OPTIMIZE')) return readOptimize(cursor, scope)
  if (cursor.accept('VACUUM')) return readVacuum(cursor, scope)
  if (cursor.accept('RESTORE')) return readRestore(cursor, scope)
  if (cursor.accept('USE')) return readUse(cursor, scope, use)
  if (cursor.accept('SET')) return readSet(cursor)
  throw unsupported(`the statement ${cursor.peek().text.toUpperCase()}`)
}

function readSelect(cursor: Cursor, scope: Scope): Statement {
  const query = readQuery(cursor, scope)
  cursor.finish()
  return async (operation) => {
    await operation.bind(scope)
    return { query }
  }
}

function readCreate(cursor: Cursor, scope: Scope): Statement {
  const replace = cursor.accept('OR', 'REPLACE')
  if (cursor.accept('TABLE')) return readCreateTable(cursor, scope, { replace })
  if (cursor.accept('VIEW')) return readCreateView(cursor, scope, replace)
  if (replace) throw cursor.fail()
  if (cursor.accept('SCHEMA') || cursor.accept('DATABASE')) return readCreateSchema(cursor, scope)
  if (cursor.accept('CATALOG')) return readCreateCatalog(cursor)
  if (cursor.accept('VOLUME')) return readCreateVolume(cursor, scope)
  throw unsupported(`CREATE ${cursor.peek().text.toUpperCase()}`)
}

function readDropAny(cursor: Cursor, scope: Scope): Statement {
  if (cursor.accept('TABLE')) return readDrop(cursor, scope, 'table')
  if (cursor.accept('VIEW')) return readDrop(cursor, scope, 'view')
  if (cursor.accept('SCHEMA') || cursor.accept('DATABASE')) return readDropSchema(cursor, scope)
  if (cursor.accept('VOLUME')) return readDropVolume(cursor, scope)
  throw unsupported(`DROP ${cursor.peek().text.toUpperCase()}`)
}

/** Settings that change nothing here; whatever else SET could do is refused. */
const harmless = /^(?:STATEMENT_TIMEOUT|ANSI_MODE|USE_CACHED_RESULT)$/i

function readSet(cursor: Cursor): Statement {
  if (cursor.accept('TIME', 'ZONE')) {
    const zone = cursor.string()
    cursor.finish()
    if (!/^(?:UTC|Etc\/UTC|Z|\+00:00)$/i.test(zone))
      throw unsupported('a session time zone other than UTC')
    return async () => ({})
  }
  const name = cursor.identifier()
  if (!harmless.test(name)) throw unsupported(`SET ${name}`)
  cursor.expect('=')
  const value = cursor.next().text
  cursor.finish()
  if (/^ANSI_MODE$/i.test(name) && !/^true$/i.test(value))
    throw unsupported('ANSI_MODE switched off')
  return async () => ({})
}
