import { join } from 'node:path'
import { restoredCounts } from '../delta/index.ts'
import type { Cursor } from './cursor.ts'
import { unsupported } from './errors.ts'
import { readTable } from './names.ts'
import type { Statement } from './operation.ts'
import { readPin } from './relations.ts'
import { rowsQuery } from './rows.ts'
import type { Scope } from './scope.ts'

/** OPTIMIZE t [FULL] [ZORDER BY (…)], from behind OPTIMIZE. Rows are put together, never put in another order. */
export function readOptimize(cursor: Cursor, scope: Scope): Statement {
  const name = readTable(cursor, scope.defaults)
  if (cursor.sees('WHERE')) throw unsupported('OPTIMIZE … WHERE')
  cursor.accept('FULL')
  const zOrder = cursor.accept('ZORDER', 'BY')
    ? cursor.inParentheses(() => cursor.identifier())
    : []
  cursor.finish()
  return async (operation) => {
    const table = operation.table(name)
    await table.optimize(operation.connection, zOrder)
    return { query: rowsQuery({ path: 'VARCHAR' }, [[table.folder]]) }
  }
}

/** VACUUM t [FULL] [RETAIN n HOURS] [DRY RUN], from behind VACUUM. */
export function readVacuum(cursor: Cursor, scope: Scope): Statement {
  const name = readTable(cursor, scope.defaults)
  if (cursor.sees('LITE')) throw unsupported('VACUUM … LITE')
  cursor.accept('FULL')
  const retain = cursor.accept('RETAIN') ? { retainHours: cursor.integer() } : {}
  if ('retainHours' in retain) cursor.expect('HOURS')
  const dryRun = cursor.accept('DRY', 'RUN')
  cursor.finish()
  return async (operation) => {
    const table = operation.table(name)
    const paths = await table.vacuum({ ...retain, dryRun })
    const shown = dryRun
      ? paths.slice(0, 1000).map((path) => [join(table.folder, path)])
      : [[table.folder]]
    return { query: rowsQuery({ path: 'VARCHAR' }, shown) }
  }
}

/** RESTORE [TABLE] t TO VERSION | TIMESTAMP AS OF …, from behind RESTORE. */
export function readRestore(cursor: Cursor, scope: Scope): Statement {
  cursor.accept('TABLE')
  const name = readTable(cursor, scope.defaults)
  cursor.expect('TO')
  const pin = readPin(cursor, scope)
  if (pin === undefined) throw cursor.fail()
  cursor.finish()
  return async (operation) => {
    const { files } = await operation.table(name).restore(await operation.at(pin))
    const columns = Object.fromEntries(restoredCounts.map((count) => [count, 'BIGINT']))
    return { query: rowsQuery(columns, [restoredCounts.map((count) => files[count])]) }
  }
}
