import { type Answer, type Comparison, difference, fingerprint } from './answer.ts'

/** Counts what was shown and prints one line for each. */
export class Checks {
  #passed = 0
  #failed = 0
  #skipped = 0

  /** Prints a headline. */
  heading(text: string): void {
    console.log(`\n${text}`)
  }

  /** A check whose problem is known; none means that it passed. */
  note(name: string, problem: string | undefined, detail = ''): void {
    if (problem === undefined) {
      this.#passed++
      console.log(`  ok    ${name}${detail && `  (${detail})`}`)
    } else {
      this.#failed++
      console.log(`  FAIL  ${name}\n        ${problem}`)
    }
  }

  /** A check that an engine answered as expected. */
  compare(
    name: string,
    expected: Answer,
    answer: Answer | { readonly error: string },
    comparison?: Comparison,
  ): void {
    if ('error' in answer) {
      this.note(name, answer.error)
      return
    }
    const facts = `${answer.rows.length.toLocaleString('en')} rows, ${fingerprint(answer)}`
    this.note(name, difference(expected, answer, comparison), facts)
  }

  skip(name: string, why: string): void {
    this.#skipped++
    console.log(`  skip  ${name}: ${why}`)
  }

  /** Prints the closing line and gives the exit code. */
  close(): number {
    const skipped = this.#skipped > 0 ? `, ${this.#skipped} skipped` : ''
    console.log(`\n${this.#passed} passed, ${this.#failed} failed${skipped}`)
    return this.#failed === 0 ? 0 : 1
  }
}
