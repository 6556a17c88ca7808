import type { SourceSpec } from '../core/index.ts'

/** The catalogs that a source reads from as far as its text says; undefined is the one that short names are in. */
export function catalogsOf(from: SourceSpec['from']): readonly (string | undefined)[] {
  const { tables, perhaps } = tablesOf(from)
  return [...new Set([...tables, ...perhaps].map(catalogOf))]
}

/** The tables that a source reads from as far as its text says; short names as they stand, each name once. */
export interface NamedTables {
  readonly tables: readonly string[]
  /** Names of three parts elsewhere in a query: behind a comma a table looks like a field of a column. */
  readonly perhaps: readonly string[]
}

/** Reads {@link NamedTables} off a source. */
export function tablesOf(from: SourceSpec['from']): NamedTables {
  if ('table' in from) return { tables: [from.table], perhaps: [] }
  const text = from.query.replace(notNames, ' ')
  const own = [...text.matchAll(commonTables)].map(([, name = '']) => name.toLowerCase())
  const named = [...text.matchAll(relations)]
    .map(([, name = '']) => name.replace(/\s/g, ''))
    .filter((name) => !own.includes(name.toLowerCase()))
  const full = [...text.matchAll(threeParts)].map(([name]) => name.replace(/\s/g, ''))
  return {
    tables: [...new Set(named)],
    perhaps: [...new Set(full)].filter((name) => !named.includes(name)),
  }
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
