import type { Cursor } from './cursor.ts'
import { unsupported } from './errors.ts'
import type { Expr } from './expr.ts'
import { readExpression } from './expression.ts'
import { quoteName } from './literals.ts'
import { readFrom, readValues } from './relations.ts'
import type { Scope } from './scope.ts'
import { readOrder } from './window.ts'

/** Reads a query (WITH … SELECT …, VALUES, set operations) and writes it in DuckDB. */
export function readQuery(cursor: Cursor, outer: Scope): string {
  let scope: Scope = { ...outer, depth: outer.depth + 1 }
  const parts: string[] = []
  if (cursor.accept('WITH')) {
    const [text, inner] = readWith(cursor, scope)
    parts.push(text)
    scope = inner
  }
  parts.push(readSets(cursor, scope))
  const order = readOrder(cursor, scope, readExpression)
  if (order !== undefined) parts.push(order)
  for (const word of ['SORT', 'DISTRIBUTE', 'CLUSTER']) {
    if (cursor.sees(word, 'BY')) throw unsupported(`${word} BY in a query`)
  }
  if (cursor.accept('LIMIT') && !cursor.accept('ALL')) {
    parts.push(`LIMIT ${readExpression(cursor, scope).sql}`)
  }
  if (cursor.accept('OFFSET')) parts.push(`OFFSET ${readExpression(cursor, scope).sql}`)
  return parts.join(' ')
}

/** The WITH clause, and the scope in which its names are in sight. */
function readWith(cursor: Cursor, outer: Scope): [string, Scope] {
  if (cursor.sees('RECURSIVE')) throw unsupported('WITH RECURSIVE')
  let scope = outer
  const ctes = cursor.list(() => {
    const name = cursor.identifier()
    const columns = cursor.sees('(') ? cursor.inParentheses(() => cursor.identifier()) : []
    cursor.expect('AS', '(')
    const query = readQuery(cursor, scope)
    cursor.expect(')')
    scope = { ...scope, ctes: [...scope.ctes, name.toLowerCase()] }
    const list = columns.length === 0 ? '' : `(${columns.map(quoteName).join(', ')})`
    return `${quoteName(name)}${list} AS (${query})`
  })
  return [`WITH ${ctes.join(', ')}`, scope]
}

/** INTERSECT binds closer than UNION and EXCEPT. */
function readSets(cursor: Cursor, scope: Scope): string {
  let left = readIntersections(cursor, scope)
  for (;;) {
    const word = ['UNION', 'EXCEPT', 'MINUS'].find((w) => cursor.accept(w))
    if (word === undefined) return left
    const all = readAll(cursor)
    const operator = word === 'MINUS' ? 'EXCEPT' : word
    left = `${left} ${operator}${all} ${readIntersections(cursor, scope)}`
  }
}

function readIntersections(cursor: Cursor, scope: Scope): string {
  let left = readTerm(cursor, scope)
  while (cursor.accept('INTERSECT')) {
    left = `${left} INTERSECT${readAll(cursor)} ${readTerm(cursor, scope)}`
  }
  return left
}

function readAll(cursor: Cursor): string {
  if (cursor.accept('ALL')) return ' ALL'
  cursor.accept('DISTINCT')
  return ''
}

function readTerm(cursor: Cursor, scope: Scope): string {
  if (cursor.sees('VALUES')) return `SELECT * FROM ${readValues(cursor, scope)}`
  if (cursor.accept('(')) {
    const query = readQuery(cursor, scope)
    cursor.expect(')')
    return `(${query})`
  }
  cursor.expect('SELECT')
  return readSelect(cursor, scope)
}

function readSelect(cursor: Cursor, scope: Scope): string {
  const distinct = cursor.accept('DISTINCT') ? 'DISTINCT ' : ''
  cursor.accept('ALL')
  const items = cursor.list(() => readItem(cursor, scope)).join(', ')
  const parts = [`SELECT ${distinct}${items}`]
  if (cursor.accept('FROM')) parts.push(`FROM ${readFrom(cursor, scope)}`)
  if (cursor.sees('LATERAL')) throw unsupported('LATERAL VIEW')
  if (cursor.accept('WHERE')) parts.push(`WHERE ${readExpression(cursor, scope).sql}`)
  if (cursor.accept('GROUP', 'BY')) parts.push(`GROUP BY ${readGroups(cursor, scope)}`)
  if (cursor.accept('HAVING')) parts.push(`HAVING ${readExpression(cursor, scope).sql}`)
  if (cursor.accept('QUALIFY')) parts.push(`QUALIFY ${readExpression(cursor, scope).sql}`)
  if (cursor.sees('WINDOW')) throw unsupported('named windows')
  return parts.join(' ')
}

function readGroups(cursor: Cursor, scope: Scope): string {
  if (cursor.accept('ALL')) return 'ALL'
  for (const word of ['GROUPING', 'ROLLUP', 'CUBE']) {
    if (cursor.sees(word)) throw unsupported(`GROUP BY ${word}`)
  }
  const groups = cursor.list(() => readExpression(cursor, scope).sql)
  if (cursor.sees('WITH')) throw unsupported('GROUP BY … WITH')
  return groups.join(', ')
}

function readItem(cursor: Cursor, scope: Scope): string {
  const star = readStar(cursor, scope)
  if (star !== undefined) return star
  if (cursor.sees('EXPLODE', '(')) return readExplode(cursor, scope)
  const mark = cursor.mark()
  const value = readExpression(cursor, scope)
  const text = cursor.textSince(mark)
  const alias = readAlias(cursor)
  if (alias !== undefined) return `${value.sql} AS ${quoteName(alias)}`
  return value.isColumn ? value.sql : `${value.sql} AS ${quoteName(nameOf(text))}`
}

/** `*`, `t.*`, with EXCEPT. The hidden column of files is never part of it. */
function readStar(cursor: Cursor, scope: Scope): string | undefined {
  let at = 0
  while (/^(?:word|name)$/.test(cursor.peek(at).kind) && cursor.peek(at + 1).text === '.') at += 2
  if (cursor.peek(at).kind !== 'symbol' || cursor.peek(at).text !== '*') return undefined
  const path: string[] = []
  while (!cursor.accept('*')) {
    path.push(`${quoteName(cursor.identifier())}.`)
    cursor.expect('.')
  }
  if (path.length > 1) throw unsupported('a star behind a name of several parts; use an alias')
  const except = cursor.accept('EXCEPT')
    ? cursor.inParentheses(() => quoteName(cursor.identifier()))
    : []
  if (cursor.sees('REPLACE')) throw unsupported('* REPLACE')
  const hidden = scope.hiddenColumn === undefined ? [] : [quoteName(scope.hiddenColumn)]
  const excluded = [...except, ...hidden]
  return `${path.join('')}*${excluded.length === 0 ? '' : ` EXCLUDE (${excluded.join(', ')})`}`
}

function readExplode(cursor: Cursor, scope: Scope): string {
  cursor.expect('EXPLODE', '(')
  const list: Expr = readExpression(cursor, scope)
  cursor.expect(')')
  return `unnest(${list.sql}) AS ${quoteName(readAlias(cursor) ?? 'col')}`
}

function readAlias(cursor: Cursor): string | undefined {
  if (cursor.accept('AS')) {
    if (cursor.sees('(')) throw unsupported('several names for one select item')
    return cursor.peek().kind === 'string' ? cursor.string() : cursor.identifier()
  }
  const token = cursor.peek()
  if (token.kind === 'name') return cursor.identifier()
  return token.kind === 'word' && !clause.test(token.text) ? cursor.identifier() : undefined
}

const clause =
  /^(?:FROM|WHERE|GROUP|HAVING|QUALIFY|ORDER|LIMIT|OFFSET|UNION|EXCEPT|MINUS|INTERSECT|WINDOW|LATERAL|SORT|CLUSTER|DISTRIBUTE|WHEN|ON|FILEFORMAT)$/i

/** What Spark calls a column without a name: nearly its own text. */
function nameOf(text: string): string {
  return text
    .replace(/\bcount\s*\(\s*\*\s*\)/gi, 'count(1)')
    .replace(/`([^`]*)`/g, '$1')
    .replaceAll('\0', ' ')
    .replace(/\b[A-Z_]+(?=\()/g, (name) => (name === 'CAST' ? name : name.toLowerCase()))
}
