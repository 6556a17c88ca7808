import { sqlError } from './errors.ts'

/** What a token is. `name` is an identifier in backticks, `parameter` a `:name`. */
export type TokenKind = 'word' | 'name' | 'string' | 'number' | 'parameter' | 'symbol' | 'end'

/** One token: `text` is the value (unquoted, escapes undone), `start` and `end` are offsets in the statement. */
export interface Token {
  readonly kind: TokenKind
  readonly text: string
  readonly start: number
  readonly end: number
}

const space = /(?:\s+|--[^\n]*(?:\n|$))+/y
const word = /[\p{L}_][\p{L}\p{N}_]*/uy
const number = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?:BD|[LSYDF])?(?![\p{L}\p{N}_])/iuy
const parameter = /:[A-Za-z_]\w*/y
const symbol = /<=>|->|=>|::|\|\||<>|!=|==|<=|>=|[-+*/%=<>(),.;:[\]@&|^~!?{}]/y
const escapes: Readonly<Record<string, string>> = {
  '0': '\0',
  b: '\b',
  n: '\n',
  r: '\r',
  t: '\t',
  Z: '\x1a',
  '%': '\\%',
  _: '\\_',
}

/** The tokens of a statement as Spark reads it; the last one is always `end`. Throws `PARSE_SYNTAX_ERROR`. */
export function tokenize(sql: string): Token[] {
  const tokens: Token[] = []
  let at = skipSpace(sql, 0)
  while (at < sql.length) {
    const token = nextToken(sql, at, tokens.at(-1))
    tokens.push(token)
    at = skipSpace(sql, token.end)
  }
  tokens.push({ kind: 'end', text: '', start: sql.length, end: sql.length })
  return tokens
}

function nextToken(sql: string, start: number, before: Token | undefined): Token {
  const char = sql[start] ?? ''
  if (char === '`') return name(sql, start)
  if (char === "'" || char === '"') return string(sql, start, start)
  if (/[rR]/.test(char) && /['"]/.test(sql[start + 1] ?? '')) return string(sql, start, start + 1)
  const found = match(number, sql, start)
  if (found !== undefined && !(char === '.' && touches(before, start))) {
    return { kind: 'number', text: found, start, end: start + found.length }
  }
  if (char === ':' && !touches(before, start)) {
    const text = match(parameter, sql, start)
    if (text !== undefined) {
      return { kind: 'parameter', text: text.slice(1), start, end: start + text.length }
    }
  }
  for (const [kind, pattern] of [['word', word] as const, ['symbol', symbol] as const]) {
    const text = match(pattern, sql, start)
    if (text !== undefined) return { kind, text, start, end: start + text.length }
  }
  throw syntaxError(char, start)
}

/** `a:b`, `f(x):b` and `'x':b` reach into JSON; a parameter stands free of what is before it. */
function touches(before: Token | undefined, at: number): boolean {
  if (before === undefined || before.end !== at) return false
  return before.kind !== 'symbol' || before.text === ')' || before.text === ']'
}

function name(sql: string, start: number): Token {
  let text = ''
  for (let at = start + 1; at < sql.length; at++) {
    if (sql[at] !== '`') text += sql[at]
    else if (sql[at + 1] === '`') {
      text += '`'
      at++
    } else return { kind: 'name', text, start, end: at + 1 }
  }
  throw syntaxError('`', start)
}

/** A string in either quote, with backslash escapes unless an `r` stands before it. */
function string(sql: string, start: number, open: number): Token {
  const quote = sql[open]
  const isRaw = open > start
  let text = ''
  let at = open + 1
  while (at < sql.length) {
    const char = sql[at] ?? ''
    if (char === quote) {
      if (sql[at + 1] !== quote || isRaw) return { kind: 'string', text, start, end: at + 1 }
      // Databricks reads a doubled quote as one quote.
      text += quote
      at += 2
    } else if (char === '\\' && !isRaw) {
      const [value, length] = unescaped(sql, at)
      text += value
      at += length
    } else {
      text += char
      at++
    }
  }
  throw syntaxError(quote ?? '', start)
}

/** The character that an escape at `at` stands for, and how long the escape is. */
function unescaped(sql: string, at: number): [string, number] {
  const rest = sql.slice(at, at + 10)
  const code =
    rest.match(/^\\u([0-9a-fA-F]{4})/) ??
    rest.match(/^\\U([0-9a-fA-F]{8})/) ??
    rest.match(/^\\([01][0-7][0-7])/)
  if (code?.[1] !== undefined) {
    const radix = code[1].length === 3 ? 8 : 16
    return [String.fromCodePoint(Number.parseInt(code[1], radix)), code[0].length]
  }
  const char = String.fromCodePoint(sql.codePointAt(at + 1) ?? 0x5c)
  return [escapes[char] ?? char, 1 + char.length]
}

function skipSpace(sql: string, from: number): number {
  let at = from
  for (;;) {
    at += match(space, sql, at)?.length ?? 0
    if (!sql.startsWith('/*', at)) return at
    at = skipComment(sql, at)
  }
}

/** The offset behind a comment; comments in brackets nest. */
function skipComment(sql: string, start: number): number {
  let depth = 0
  for (let at = start; at < sql.length; at++) {
    if (sql.startsWith('/*', at)) {
      depth++
      at++
    } else if (sql.startsWith('*/', at)) {
      depth--
      at++
      if (depth === 0) return at + 1
    }
  }
  throw syntaxError('/*', start)
}

function match(pattern: RegExp, sql: string, at: number): string | undefined {
  pattern.lastIndex = at
  return pattern.exec(sql)?.[0]
}

function syntaxError(near: string, at: number) {
  return sqlError(
    'PARSE_SYNTAX_ERROR',
    `Syntax error at or near '${near}' (offset ${at}).`,
    '42601',
  )
}
