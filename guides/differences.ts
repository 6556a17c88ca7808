import type { Promised } from './parse.ts'

/** A line of a page that does not say what happened. */
export interface Difference {
  readonly line: number
  readonly text: string
}

/**
 * The first line of a promise that is not in `said`. All lines must be there, in this order, others may stand between
 * them. `…` stands for any text, on a line of its own for any lines.
 */
export function missingLine(
  { line, lines }: Promised,
  said: readonly string[],
): Difference | undefined {
  let from = 0
  for (const [i, text] of lines.entries()) {
    if (text.trim() === '' || text.trim() === '…') continue
    const found = said.findIndex((one, at) => at >= from && fits(text, one))
    if (found === -1) return { line: line + i, text: `nothing says: ${text.trim()}` }
    from = found + 1
  }
  return undefined
}

/** The first line of a promised table that is not what the warehouse gave, cell by cell; `…` as above. */
export function differentRow(
  { line, lines }: Promised,
  said: readonly string[],
): Difference | undefined {
  const rows = said.map(cellsOf)
  let row = 0
  let mayHaveMore = false
  for (const [i, text] of lines.entries()) {
    if (text.trim() === '') continue
    if (text.trim() === '…') {
      mayHaveMore = true
      continue
    }
    const cells = cellsOf(text)
    const isHere = (one: readonly string[] | undefined) =>
      one?.length === cells.length && cells.every((cell, at) => fits(cell, one[at] ?? ''))
    while (mayHaveMore && row < rows.length && !isHere(rows[row])) row++
    if (!isHere(rows[row]))
      return { line: line + i, text: `the result has no such row here: ${text.trim()}` }
    row++
    mayHaveMore = false
  }
  if (row < rows.length && !mayHaveMore) {
    return { line: line + lines.length, text: `the result goes on: ${said[row]?.trim()}` }
  }
  return undefined
}

/** True when a text is what the pattern says; white space counts once, `…` is anything. */
function fits(pattern: string, text: string): boolean {
  const [first = '', ...others] = once(pattern).split('…')
  let rest = once(text)
  if (others.length === 0) return rest === first
  if (!rest.startsWith(first)) return false
  rest = rest.slice(first.length)
  const last = others.pop() ?? ''
  for (const part of others) {
    const at = rest.indexOf(part)
    if (at === -1) return false
    rest = rest.slice(at + part.length)
  }
  return rest.endsWith(last)
}

function once(text: string): string {
  return text.trim().replace(/\s+/g, ' ')
}

function cellsOf(line: string): string[] {
  return line.split('|').map((cell) => cell.trim())
}
