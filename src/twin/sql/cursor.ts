import type { SqlError } from './contract.ts'
import { sqlError } from './errors.ts'
import { type Token, tokenize } from './tokens.ts'

const end: Token = { kind: 'end', text: '', start: 0, end: 0 }

/** Reads a statement token by token. Words are compared without regard to case. */
export class Cursor {
  readonly sql: string
  private readonly tokens: readonly Token[]
  private position = 0

  constructor(sql: string) {
    this.sql = sql
    this.tokens = tokenize(sql)
  }

  /** The token `ahead` places further on. */
  peek(ahead = 0): Token {
    return this.tokens[this.position + ahead] ?? this.tokens.at(-1) ?? end
  }

  /** Takes the next token. */
  next(): Token {
    const token = this.peek()
    if (token.kind !== 'end') this.position++
    return token
  }

  /** True when the next tokens are these words and symbols. */
  sees(...texts: readonly string[]): boolean {
    return texts.every((text, i) => {
      const token = this.peek(i)
      return (
        (token.kind === 'word' || token.kind === 'symbol') &&
        token.text.toUpperCase() === text.toUpperCase()
      )
    })
  }

  /** Takes these words and symbols if they come next. */
  accept(...texts: readonly string[]): boolean {
    const found = this.sees(...texts)
    if (found) this.position += texts.length
    return found
  }

  /** Takes these words and symbols, or fails. */
  expect(...texts: readonly string[]): void {
    for (const text of texts) if (!this.accept(text)) throw this.fail()
  }

  /** Takes an identifier, bare or in backticks. */
  identifier(): string {
    const token = this.peek()
    if (token.kind !== 'word' && token.kind !== 'name') throw this.fail()
    return this.next().text
  }

  /** Takes a string literal. */
  string(): string {
    if (this.peek().kind !== 'string') throw this.fail()
    return this.next().text
  }

  /** Takes an unsigned integer literal. */
  integer(): number {
    const value = Number(this.peek().text)
    if (this.peek().kind !== 'number' || !Number.isSafeInteger(value)) throw this.fail()
    this.next()
    return value
  }

  /** Items separated by commas. */
  list<T>(item: () => T): T[] {
    const items = [item()]
    while (this.accept(',')) items.push(item())
    return items
  }

  /** Items separated by commas, in parentheses. */
  inParentheses<T>(item: () => T): T[] {
    this.expect('(')
    const items = this.list(item)
    this.expect(')')
    return items
  }

  /** Takes one optional semicolon and insists on the end of the statement. */
  finish(): void {
    this.accept(';')
    if (this.peek().kind !== 'end') throw this.fail()
  }

  /** Where the next token starts, for {@link textSince}. */
  mark(): number {
    return this.peek().start
  }

  /** The statement's own text from a mark to the last token taken. */
  textSince(mark: number): string {
    return this.sql.slice(mark, this.tokens[this.position - 1]?.end ?? mark)
  }

  /** `PARSE_SYNTAX_ERROR` at the next token. */
  fail(): SqlError {
    const token = this.peek()
    const near = token.kind === 'end' ? 'end of input' : `'${token.text}'`
    return sqlError(
      'PARSE_SYNTAX_ERROR',
      `Syntax error at or near ${near} (offset ${token.start}).`,
      '42601',
    )
  }
}
