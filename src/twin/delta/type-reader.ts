import { DeltaError } from './errors.ts'

/** Walks over a type's text token by token: words, quoted names, numbers, texts and single signs. */
export class TypeReader {
  readonly #tokens: readonly string[]
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
    this.#tokens =
      text.match(/`(?:[^`]|``)*`|"(?:[^"]|"")*"|'(?:[^'\\]|''|\\.)*'|\w+|[^\s\w]/g) ?? []
  }

  /** The next token, not taken. */
  peek(): string | undefined {
    return this.#tokens[this.#at]
  }

  /** Takes the next token if it is `token` (words in any case). */
  eat(token: string): boolean {
    const matches = this.peek()?.toUpperCase() === token
    if (matches) this.#at++
    return matches
  }

  /** Takes the next token, which must be `token`. */
  expect(token: string): void {
    if (!this.eat(token)) this.fail()
  }

  /** Takes a word, in upper case. */
  word(): string {
    const token = this.#tokens[this.#at++]
    if (token === undefined || !/^\w+$/.test(token)) this.fail()
    return token.toUpperCase()
  }

  /** Takes a name, quotes removed. */
  name(): string {
    const token = this.#tokens[this.#at++]
    const quote = token?.[0]
    if (token !== undefined && (quote === '`' || quote === '"')) {
      return token.slice(1, -1).replaceAll(quote + quote, quote)
    }
    if (token === undefined || !/^\w+$/.test(token)) this.fail()
    return token
  }

  /** Takes a text in single quotes. */
  text(): string {
    const token = this.#tokens[this.#at++]
    if (token === undefined || !token.startsWith("'")) this.fail()
    return token.slice(1, -1).replaceAll("''", "'").replaceAll(/\\(.)/g, '$1')
  }

  /** Takes a whole number. */
  number(): number {
    const token = this.#tokens[this.#at++]
    if (token === undefined || !/^\d+$/.test(token)) this.fail()
    return Number(token)
  }

  /** Fails unless every token was taken. */
  end(): void {
    if (this.#at < this.#tokens.length) this.fail()
  }

  /** Fails with the whole text. */
  fail(): never {
    throw new DeltaError(
      'DELTA_UNSUPPORTED_TYPE',
      `Not a type that local tables know: ${this.#text}. Cast the column, for example to STRING.`,
      { type: this.#text },
    )
  }
}
