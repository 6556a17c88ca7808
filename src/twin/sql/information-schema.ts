import { sqlError } from './errors.ts'
import type { Operation } from './operation.ts'
import { type RowValue, rowsQuery } from './rows.ts'

const columns = {
  catalog_name: 'VARCHAR',
  schema_name: 'VARCHAR',
  table_name: 'VARCHAR',
  column_name: 'VARCHAR',
  tag_name: 'VARCHAR',
  tag_value: 'VARCHAR',
}

/** `<catalog>.information_schema.column_tags`: the tags of columns that are there, a row each. */
export async function columnTagsQuery(operation: Operation, catalog: string): Promise<string> {
  const { lake } = operation
  operation.permit({ catalog, schema: 'information_schema', table: 'column_tags' })
  if (!lake.hasCatalog(catalog)) {
    throw sqlError('NO_SUCH_CATALOG_EXCEPTION', `Catalog '${catalog}' was not found.`, '42704')
  }
  const rows: RowValue[][] = []
  for (const schema of lake.schemas(catalog)) {
    for (const name of lake.listTables(catalog, schema)) {
      const tags = lake.tags.of(name)
      if (Object.keys(tags).length === 0) continue
      for (const column of (await lake.table(name)?.snapshot())?.columns ?? []) {
        const own = Object.entries(tags[column.name.toLowerCase()] ?? {})
        rows.push(
          ...own.map(([tag, value]) => [catalog, schema, name.table, column.name, tag, value]),
        )
      }
    }
  }
  return rowsQuery(columns, rows)
}
