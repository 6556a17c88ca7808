/** A translated expression: DuckDB text and what its form tells about it. */
export interface Expr {
  readonly sql: string
  /** The value, when the expression is a plain string literal. */
  readonly text?: string
  /** True when the result is known to be text, whatever the arguments are. */
  readonly isText?: boolean
  /** The value, when the expression is a plain integer literal. */
  readonly integer?: number
  /** The unit class, when the expression is an interval. */
  readonly interval?: 'days' | 'time'
  /** True for the plain NULL literal, whose type nobody knows. */
  readonly isNull?: boolean
  /** True for a plain column path, which already has a name. */
  readonly isColumn?: boolean
}

/** An expression of whose form nothing is known. */
export function expr(sql: string): Expr {
  return { sql }
}

/** The expression as Spark turns it into text by itself, for `||` and concat. */
export function asText(value: Expr): string {
  return value.isText || value.text !== undefined ? value.sql : `spark_text(${value.sql})`
}
