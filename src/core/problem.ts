import { ConfigError } from './errors.ts'

/** Where in a file something stands; lines and columns count from 1. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** One thing wrong with a file: where, what was found, what would do. */
export interface Problem extends Place {
  readonly code: string
  readonly message: string
  readonly suggestion?: string
}

/** One line a person can click: `syncs/orders.yml:4:7  message (suggestion)`. */
export function formatProblem(problem: Problem): string {
  const hint = problem.suggestion === undefined ? '' : ` (${problem.suggestion})`
  return `${problem.file}:${problem.line}:${problem.column}  ${problem.message}${hint}`
}

/** All problems of the user's files at once; the message lists every one on its own line. */
export class InvalidFiles extends ConfigError {
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[]) {
    const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`
    super('CONFIG_INVALID', `${count}:\n${problems.map((p) => `  ${formatProblem(p)}`).join('\n')}`)
    this.problems = problems
  }
}

/** The candidate closest to `word` by edit distance, if it is close enough to be a likely typo. */
export function closest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined
  let bestDistance = Math.max(2, Math.floor(word.length / 3)) + 1
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase())
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** Edit distance in which two swapped neighbours count as one slip. */
function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, i) => i)]
  const cell = (i: number, j: number) => rows[i]?.[j] ?? Number.POSITIVE_INFINITY
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    rows.push(row)
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      const swapped =
        a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? cell(i - 2, j - 2) + 1 : Infinity
      row[j] = Math.min(cell(i - 1, j) + 1, cell(i, j - 1) + 1, cell(i - 1, j - 1) + same, swapped)
    }
  }
  return cell(a.length, b.length)
}
