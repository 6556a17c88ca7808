import type { LockSpec, ProjectSpec, SourceSpec } from '../core/index.ts'
import { isDelta, personalIn, sourceSchema, sqlTypes } from '../source/index.ts'
import { quoteTable, type Warehouse } from '../warehouse/index.ts'

/** How a source differs from what was locked; names of columns. */
export interface LockChange {
  readonly sync: string
  /** True where nothing was locked before. */
  readonly isNew: boolean
  readonly added: readonly string[]
  readonly gone: readonly string[]
  /** Columns with another type, or another tag. */
  readonly changed: readonly string[]
}

/** What a source looks like now. Reads no row. */
export async function lockOf(
  warehouse: Warehouse,
  { piiTags }: Pick<ProjectSpec, 'piiTags'>,
  from: SourceSpec['from'],
  signal?: AbortSignal,
): Promise<LockSpec> {
  const isTable = async () =>
    'table' in from && (await isDelta(warehouse, quoteTable(from.table), signal))
  const [schema, personal] = await Promise.all([
    sourceSchema(warehouse, from, signal),
    personalIn(warehouse, from, piiTags, isTable, signal),
  ])
  return {
    columns: sqlTypes(schema),
    personal: personal.kind === 'tagged' ? personal.columns : {},
  }
}

/** How two looks at a source differ; undefined where they do not. */
export function lockChange(
  sync: string,
  before: LockSpec | undefined,
  now: LockSpec,
): LockChange | undefined {
  const was: LockSpec = before ?? { columns: {}, personal: {} }
  const names = Object.keys(now.columns)
  const isSame = (name: string) =>
    was.columns[name] === now.columns[name] &&
    was.personal[name.toLowerCase()] === now.personal[name.toLowerCase()]
  const change: LockChange = {
    sync,
    isNew: before === undefined,
    added: names.filter((name) => !Object.hasOwn(was.columns, name)),
    gone: Object.keys(was.columns).filter((name) => !Object.hasOwn(now.columns, name)),
    changed: names.filter((name) => Object.hasOwn(was.columns, name) && !isSame(name)),
  }
  const { isNew, added, gone, changed } = change
  return isNew || added.length + gone.length + changed.length > 0 ? change : undefined
}

/** A change in one line, for people. */
export function lockChangeText({ sync, isNew, added, gone, changed }: LockChange): string {
  if (isNew) return `${sync}: ${added.length} columns`
  const parts = [
    ['new', added],
    ['gone', gone],
    ['changed', changed],
  ] as const
  const said = parts.flatMap(([word, names]) =>
    names.length === 0 ? [] : [`${word}: ${names.join(', ')}`],
  )
  return `${sync}: ${said.join('; ')}`
}
