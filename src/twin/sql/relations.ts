import { Cursor } from './cursor.ts'
import { unsupported } from './errors.ts'
import { readExpression } from './expression.ts'
import { quoteName } from './literals.ts'
import { readParts, readTable, resolveTable } from './names.ts'
import { bindRelation, type Pin, type Relation, type Scope } from './scope.ts'

/** Reads what stands after FROM. Tables become private views, which are bound before the statement runs. */
export function readFrom(cursor: Cursor, scope: Scope): string {
  return cursor.list(() => readJoins(cursor, scope)).join(', ')
}

function readJoins(cursor: Cursor, scope: Scope): string {
  let left = readRelation(cursor, scope)
  for (;;) {
    const join = readJoinWords(cursor)
    if (join === undefined) return left
    const right = readRelation(cursor, scope)
    left = `${left} ${join} ${right}${readCondition(cursor, scope)}`
  }
}

const joins: readonly (readonly [words: readonly string[], written: string])[] = [
  [['JOIN'], 'JOIN'],
  [['INNER', 'JOIN'], 'JOIN'],
  [['CROSS', 'JOIN'], 'CROSS JOIN'],
  ...['LEFT', 'RIGHT', 'FULL'].flatMap((side) => [
    [[side, 'JOIN'], `${side} JOIN`] as const,
    [[side, 'OUTER', 'JOIN'], `${side} JOIN`] as const,
  ]),
  ...['SEMI', 'ANTI'].flatMap((kind) => [
    [[kind, 'JOIN'], `${kind} JOIN`] as const,
    [['LEFT', kind, 'JOIN'], `${kind} JOIN`] as const,
  ]),
]

function readJoinWords(cursor: Cursor): string | undefined {
  if (cursor.sees('NATURAL')) throw unsupported('NATURAL JOIN')
  return joins.find(([words]) => cursor.accept(...words))?.[1]
}

function readCondition(cursor: Cursor, scope: Scope): string {
  if (cursor.accept('ON')) return ` ON ${readExpression(cursor, scope).sql}`
  if (!cursor.accept('USING')) return ''
  return ` USING (${cursor.inParentheses(() => quoteName(cursor.identifier())).join(', ')})`
}

function readRelation(cursor: Cursor, scope: Scope): string {
  if (cursor.sees('LATERAL')) throw unsupported('LATERAL')
  const { sql, own } = readPrimary(cursor, scope)
  const relation = `${sql}${readAlias(cursor, own)}`
  for (const word of ['TABLESAMPLE', 'PIVOT', 'UNPIVOT']) {
    if (cursor.sees(word)) throw unsupported(word)
  }
  return relation
}

/** A relation without its alias, and the name that it has by itself. */
interface Primary {
  readonly sql: string
  readonly own?: string
}

function readPrimary(cursor: Cursor, scope: Scope): Primary {
  if (cursor.sees('VALUES')) return { sql: readValues(cursor, scope) }
  if (cursor.sees('(')) return readNested(cursor, scope)
  if (cursor.peek().kind === 'string' && scope.hiddenColumn !== undefined) {
    return { sql: quoteName(bindRelation(scope, { kind: 'files', path: cursor.string() })) }
  }
  if (cursor.peek().kind === 'word' && cursor.peek(1).text === '(') {
    return readTableFunction(cursor, scope)
  }
  return readTableName(cursor, scope)
}

function readTableName(cursor: Cursor, scope: Scope): Primary {
  const start = cursor.mark()
  const parts = readParts(cursor)
  const [only] = parts
  if (parts.length === 1 && only !== undefined && scope.ctes.includes(only.toLowerCase())) {
    return { sql: quoteName(only) }
  }
  if (only?.match(/^(?:delta|parquet|csv|json|text|orc|avro)$/i) && /[/:]/.test(parts[1] ?? '')) {
    throw unsupported('tables named by a path')
  }
  const name = resolveTable(parts, scope.defaults)
  scope.mentions.push({ start, end: start + cursor.textSince(start).length, name })
  if (name.schema === 'information_schema') {
    if (name.table !== 'column_tags') throw unsupported(`information_schema.${name.table}`)
    const tags = bindRelation(scope, { kind: 'column-tags', catalog: name.catalog })
    return { sql: quoteName(tags), own: parts.at(-1) ?? name.table }
  }
  const pin = readPin(cursor, scope)
  const relation = { kind: 'table', name } as const
  const view = bindRelation(scope, pin === undefined ? relation : { ...relation, pin })
  return { sql: quoteName(view), own: parts.at(-1) ?? name.table }
}

/** VALUES as a relation with Spark's column names. */
export function readValues(cursor: Cursor, scope: Scope): string {
  cursor.expect('VALUES')
  const rows = cursor.list(() => {
    if (!cursor.sees('(')) return [readExpression(cursor, scope).sql]
    return cursor.inParentheses(() => readExpression(cursor, scope).sql)
  })
  const names = (rows[0] ?? []).map((_, i) => quoteName(`col${i + 1}`)).join(', ')
  const texts = rows.map((row) => `(${row.join(', ')})`).join(', ')
  return `(SELECT * FROM (VALUES ${texts}) AS "__values"(${names}))`
}

function readNested(cursor: Cursor, scope: Scope): Primary {
  cursor.expect('(')
  if (cursor.sees('DESCRIBE') || cursor.sees('DESC')) {
    const history = readHistory(cursor, scope)
    cursor.expect(')')
    return { sql: quoteName(bindRelation(scope, history)) }
  }
  if (!/^(?:SELECT|WITH|VALUES|\()$/i.test(cursor.peek().text)) {
    throw unsupported('a join in parentheses')
  }
  const query = scope.query(cursor, scope)
  cursor.expect(')')
  return { sql: `(${query})` }
}

/** `DESCRIBE HISTORY t [LIMIT n]`. */
export function readHistory(cursor: Cursor, scope: Scope): Relation {
  if (!cursor.accept('DESC')) cursor.expect('DESCRIBE')
  cursor.expect('HISTORY')
  const name = readTable(cursor, scope.defaults)
  return cursor.accept('LIMIT')
    ? { kind: 'history', name, limit: cursor.integer() }
    : { kind: 'history', name }
}

function readTableFunction(cursor: Cursor, scope: Scope): Primary {
  const name = cursor.identifier().toLowerCase()
  if (name === 'range') {
    const args = cursor.inParentheses(() => readExpression(cursor, scope).sql)
    if (args.length > 3) throw cursor.fail()
    return { sql: `(SELECT "range" AS "id" FROM range(${args.join(', ')}))` }
  }
  if (name !== 'table_changes') throw unsupported(`the table function \`${name}\``)
  cursor.expect('(')
  const table = readNameText(cursor, scope)
  cursor.expect(',')
  const from = readExpression(cursor, scope).sql
  const to = cursor.accept(',') ? { to: readExpression(cursor, scope).sql } : {}
  cursor.expect(')')
  const view = bindRelation(scope, { kind: 'changes', name: table, from, ...to })
  return { sql: quoteName(view) }
}

/** The name of a table in a string, as table_changes takes it. */
function readNameText(cursor: Cursor, scope: Scope) {
  const inner = new Cursor(cursor.string())
  const name = readTable(inner, scope.defaults)
  inner.finish()
  return name
}

/** `VERSION AS OF 3`, `TIMESTAMP AS OF '…'`, `@v3`; undefined when none comes next. */
export function readPin(cursor: Cursor, scope: Scope): Pin | undefined {
  if (cursor.accept('@')) {
    const version = cursor.identifier().match(/^v(\d+)$/i)?.[1]
    if (version === undefined) throw unsupported('`@` with anything but a version')
    return { version }
  }
  const start = cursor.sees('FOR') ? 1 : 0
  if (!/^(?:VERSION|TIMESTAMP|SYSTEM_VERSION|SYSTEM_TIME)$/i.test(cursor.peek(start).text)) {
    return undefined
  }
  if (!/^AS$/i.test(cursor.peek(start + 1).text) || !/^OF$/i.test(cursor.peek(start + 2).text)) {
    return undefined
  }
  cursor.accept('FOR')
  const word = cursor.identifier().toUpperCase()
  cursor.expect('AS', 'OF')
  const value = readExpression(cursor, scope).sql
  return word.endsWith('VERSION') ? { version: value } : { timestamp: value }
}

/** An alias with its column names; without one the name that the relation has by itself. */
function readAlias(cursor: Cursor, own?: string): string {
  const name = readAliasName(cursor) ?? own
  if (name === undefined) return ''
  const columns = cursor.sees('(') ? cursor.inParentheses(() => quoteName(cursor.identifier())) : []
  return ` AS ${quoteName(name)}${columns.length === 0 ? '' : `(${columns.join(', ')})`}`
}

/** A relation and its alias on their own, as MERGE needs its source. */
export function readSource(cursor: Cursor, scope: Scope): { sql: string; alias?: string } {
  const { sql, own } = readPrimary(cursor, scope)
  const alias = readAliasName(cursor) ?? own
  if (alias === undefined) return { sql }
  if (!cursor.sees('(')) return { sql, alias }
  const columns = cursor.inParentheses(() => quoteName(cursor.identifier())).join(', ')
  return { sql: `(SELECT * FROM ${sql} AS ${quoteName(alias)}(${columns}))`, alias }
}

function readAliasName(cursor: Cursor): string | undefined {
  if (cursor.accept('AS')) return cursor.identifier()
  const token = cursor.peek()
  if (token.kind === 'name') return cursor.identifier()
  return token.kind === 'word' && !clause.test(token.text) ? cursor.identifier() : undefined
}

const clause =
  /^(?:WHERE|GROUP|HAVING|QUALIFY|ORDER|LIMIT|OFFSET|UNION|EXCEPT|MINUS|INTERSECT|JOIN|INNER|CROSS|LEFT|RIGHT|FULL|SEMI|ANTI|NATURAL|ON|USING|WINDOW|LATERAL|TABLESAMPLE|PIVOT|UNPIVOT|SORT|CLUSTER|DISTRIBUTE|VERSION|TIMESTAMP|WHEN|SET|FILEFORMAT|SELECT)$/i
