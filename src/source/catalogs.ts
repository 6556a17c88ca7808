import type { SourceSpec } from '../core/index.ts'

/** The catalogs that a source reads from as far as its text says; undefined is the one that short names are in. */
export function catalogsOf(from: SourceSpec['from']): readonly (string | undefined)[] {
  if ('table' in from) return [catalogOf(from.table)]
  const text = from.query.replace(notNames, ' ')
  const own = [...text.matchAll(commonTables)].map(([, name = '']) => name.toLowerCase())
  const named = [...text.matchAll(relations)]
    .map(([, name = '']) => name.replace(/\s/g, ''))
    .filter((name) => !own.includes(name.toLowerCase()))
  // Behind a comma a table looks like a column, so whatever has three parts may be one.
  const full = [...text.matchAll(threeParts)].map(([name]) => name.replace(/\s/g, ''))
  return [...new Set([...named, ...full].map(catalogOf))]
}

const part = '(?:`(?:[^`]|``)+`|\\w+)'
const name = `${part}(?:\\s*\\.\\s*${part})*`
const notNames = /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^'\\]|\\[\s\S])*'|"(?:[^"\\]|\\[\s\S])*"/g
const relations = new RegExp(`\\b(?:FROM|JOIN)\\s+(${name})`, 'gi')
const threeParts = new RegExp(`${part}\\s*\\.\\s*${part}\\s*\\.\\s*${part}`, 'g')
const commonTables = new RegExp(`(${part})\\s+AS\\s*\\(`, 'gi')

function catalogOf(table: string): string | undefined {
  const parts = table.match(new RegExp(part, 'g')) ?? []
  const [catalog = ''] = parts
  if (parts.length < 3) return undefined
  return catalog.startsWith('`') ? catalog.slice(1, -1).replaceAll('``', '`') : catalog
}
