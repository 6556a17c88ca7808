import type { SqlRow } from '../src/warehouse/index.ts'

/** A result as a guide shows it: a header and rows, cells between bars; nothing where there is no row. */
export function tableText(rows: readonly SqlRow[]): string[] {
  const names = Object.keys(rows[0] ?? {})
  if (names.length === 0) return []
  const cells = [names, ...rows.map((row) => names.map((name) => cellText(row[name])))]
  const widths = names.map((_, at) => Math.max(...cells.map((row) => row[at]?.length ?? 0)))
  return cells.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join(' | ')
      .trimEnd(),
  )
}

function cellText(value: unknown): string {
  if (value === null || value === undefined) return 'NULL'
  if (value instanceof Date || Object.prototype.toString.call(value) === '[object Date]') {
    return (value as Date)
      .toISOString()
      .replace('T', ' ')
      .replace(/\.000Z$|Z$/, '')
  }
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
