import { nothingPersonal, type Personal, SourceError, type SourceSpec } from '../core/index.ts'
import { quoteName, quoteText, splitTable, type Warehouse } from '../warehouse/index.ts'
import { catalogsOf } from './catalogs.ts'

/**
 * Which columns of a source Unity Catalog has tagged as personal. Where the catalog has no column with such a tag,
 * nothing is; where it has, tags do not travel through views and queries, so nobody can say of those.
 *
 * @param tags the tags to look for, whatever their case and value; nobody is asked where there are none
 * @param isTable whether the source is one table, asked only where it matters
 */
export async function personalIn(
  warehouse: Warehouse,
  from: SourceSpec['from'],
  tags: readonly string[],
  isTable: () => Promise<boolean>,
  signal?: AbortSignal,
): Promise<Personal> {
  if (tags.length === 0) return nothingPersonal
  const table = 'table' in from ? splitTable(from.table) : undefined
  const catalogs = catalogsOf(from)
  const found = await Promise.all(
    catalogs.map((catalog) => tagsIn(warehouse, catalog, table, tags, signal)),
  )
  const denied = catalogs.find((_, i) => found[i] === 'denied')
  if (found.includes('denied')) {
    return {
      kind: 'unresolved',
      because: `information_schema.column_tags of ${denied ?? 'the default catalog'} may not be read`,
    }
  }
  const rows = found.flatMap((one) => (one === 'denied' ? [] : one))
  if (rows.length === 0) return nothingPersonal
  if (table !== undefined && (await isTable())) {
    return {
      kind: 'tagged',
      columns: Object.fromEntries(
        rows.flatMap(({ column, tag }) => (column === undefined ? [] : [[column, tag]])),
      ),
    }
  }
  return {
    kind: 'unresolved',
    because: `columns of its catalog are tagged, and tags do not travel through a ${table === undefined ? 'query' : 'view'}`,
  }
}

interface Tagged {
  readonly tag: string
  /** In lower case; undefined for a column of another table. */
  readonly column?: string
}

/** The tags a catalog has, those of one table with its columns. A catalog that keeps no tags has none. */
async function tagsIn(
  warehouse: Warehouse,
  catalog: string | undefined,
  table: readonly string[] | undefined,
  tags: readonly string[],
  signal?: AbortSignal,
): Promise<readonly Tagged[] | 'denied'> {
  const [name = '', schema] = [...(table ?? [])].reverse()
  const isOurs = `lower(\`schema_name\`) = ${schema === undefined ? 'lower(current_schema())' : 'lower(:schema)'} AND lower(\`table_name\`) = lower(:table)`
  const at = catalog === undefined ? '' : `${quoteName(catalog)}.`
  try {
    const rows = await warehouse.query(
      `SELECT DISTINCT \`tag_name\`, CASE WHEN ${isOurs} THEN lower(\`column_name\`) END AS \`column_name\`
FROM ${at}information_schema.column_tags
WHERE lower(\`tag_name\`) IN (${tags.map((tag) => `lower(${quoteText(tag)})`).join(', ')})
ORDER BY \`column_name\`, \`tag_name\``,
      { table: name, ...(schema !== undefined && { schema }) },
      signal,
    )
    return rows.map(({ tag_name, column_name }) => ({
      tag: String(tag_name),
      ...(column_name !== null && { column: String(column_name) }),
    }))
  } catch (error) {
    if (!(error instanceof SourceError)) throw error
    // hive_metastore has no information schema; of a name that is no catalog, the source itself will tell.
    if (error.code === 'SCHEMA_MISSING' || error.code === 'TABLE_MISSING') return []
    if (error.code === 'PERMISSION_DENIED') return 'denied'
    throw error
  }
}
