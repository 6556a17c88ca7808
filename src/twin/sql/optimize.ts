import type { Cursor } from './cursor.ts'
import { unsupported } from './errors.ts'
import { readTable } from './names.ts'
import type { Statement } from './operation.ts'
import { rowsQuery } from './rows.ts'
import type { Scope } from './scope.ts'

/** OPTIMIZE t [FULL] [ZORDER BY (…)], from behind OPTIMIZE. Rows are put together, never put in another order. */
export function readOptimize(cursor: Cursor, scope: Scope): Statement {
  const name = readTable(cursor, scope.defaults)
  if (cursor.sees('WHERE')) throw unsupported('OPTIMIZE … WHERE')
  cursor.accept('FULL')
  if (cursor.accept('ZORDER', 'BY')) cursor.inParentheses(() => cursor.identifier())
  cursor.finish()
  return async (operation) => {
    const table = operation.table(name)
    await table.optimize(operation.connection)
    return { query: rowsQuery({ path: 'VARCHAR' }, [[table.folder]]) }
  }
}
