import { type PartColumn, type PartValue, RunColumn } from './parquet/columns.ts'
import { PartBuilder } from './parquet/part.ts'
import type { Table } from './table.ts'

/** A part whose columns are those of a table: some filled by their owner, the rest by {@link PartRows.repeat}. */
export interface PartRows {
  readonly part: PartBuilder
  /** Gives the named columns the same values for the next `count` rows. */
  repeat(values: Readonly<Record<string, PartValue>>, count: number): void
}

/**
 * Every column of `table` but `part`, which the load adds; `own` are those that the caller fills. They come last in the
 * file: parquetjs-lite copies all columns so far for each one more, and these are the big ones.
 */
export function partRows(
  table: Table,
  own: Readonly<Record<string, PartColumn | undefined>> = {},
): PartRows {
  const repeated = new Map<string, RunColumn>()
  const inFile = table.columns.filter(({ name }) => name !== 'part')
  const isOwn = ({ name }: { readonly name: string }) => own[name] !== undefined
  const fields = [...inFile.filter((column) => !isOwn(column)), ...inFile.filter(isOwn)].map(
    ({ name, type }) => {
      const given = own[name]
      if (given !== undefined) return { name, type, column: given }
      const column = new RunColumn(type)
      repeated.set(name, column)
      return { name, type, column }
    },
  )
  return {
    part: new PartBuilder(fields),
    repeat(values, count) {
      for (const name in values) repeated.get(name)?.push(values[name] ?? null, count)
    },
  }
}
