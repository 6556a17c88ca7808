import type { Expr } from './expr.ts'

/** How one function is written in DuckDB, and how many arguments it takes. */
export interface FunctionRule {
  readonly least: number
  readonly most: number
  readonly write: (args: readonly Expr[]) => string
}

/** As many as there are. */
export const many = Number.POSITIVE_INFINITY

/** A function by what it becomes. */
export function rule(
  least: number,
  most: number,
  write: (args: readonly Expr[]) => string,
): FunctionRule {
  return { least, most, write }
}

/** The same name and the same meaning in DuckDB, or another name for it. */
export function same(name: string, least = 1, most = least): FunctionRule {
  return rule(least, most, (args) => `${name}(${sqls(args)})`)
}

/** As {@link same}, with Spark's INT where DuckDB counts in BIGINT. */
export function int(name: string, least = 1, most = least): FunctionRule {
  return rule(least, most, (args) => `CAST(${name}(${sqls(args)}) AS INTEGER)`)
}

/** An argument; NULL where there is none. */
export function sql(arg: Expr | undefined): string {
  return arg?.sql ?? 'NULL'
}

/** Arguments with commas between them. */
export function sqls(args: readonly Expr[]): string {
  return args.map(sql).join(', ')
}
