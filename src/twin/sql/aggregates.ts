import { unsupported } from './errors.ts'
import type { Expr } from './expr.ts'

/** A call of an aggregate or window function. */
export interface Aggregate {
  readonly args: readonly Expr[]
  readonly isDistinct: boolean
  /** Condition of FILTER (WHERE …). */
  readonly filter?: string
  /** The window in parentheses, after OVER. */
  readonly over?: string
}

type Write = (call: Aggregate) => string

/** The call in DuckDB, with DISTINCT, FILTER and OVER where DuckDB wants them. */
function plain(name: string, call: Aggregate, args: string, more?: string): string {
  const conditions = [call.filter, more].filter((c) => c !== undefined)
  const filter = conditions.length === 0 ? '' : ` FILTER (WHERE ${conditions.join(' AND ')})`
  const over = call.over === undefined ? '' : ` OVER ${call.over}`
  return `${name}(${call.isDistinct ? 'DISTINCT ' : ''}${args})${filter}${over}`
}

function same(name: string, args = 1): Write {
  return (call) => plain(name, call, takeArgs(name, call, args).join(', '))
}

/** Windows only. */
function ranking(name: string, args: number, type?: string): Write {
  return (call) => {
    if (call.over === undefined) throw unsupported(`\`${name}\` without OVER`)
    const text = plain(
      name,
      call,
      takeArgs(name, call, args, name === 'lag' || name === 'lead' ? 3 : args).join(', '),
    )
    return type === undefined ? text : `CAST(${text} AS ${type})`
  }
}

const collect =
  (isSet: boolean): Write =>
  (call) => {
    const [arg = ''] = takeArgs('collect_list', call, 1)
    const distinct = { ...call, isDistinct: isSet || call.isDistinct }
    return `coalesce(${plain('list', distinct, arg, `${arg} IS NOT NULL`)}, [])`
  }

/**
 * Spark's sum of DECIMAL(p,s) is DECIMAL(p+10,s), DuckDB's always DECIMAL(38,s). What p is shows only when DuckDB binds
 * the statement, so the type is told there; nothing but the sum itself is ever computed.
 */
const sum: Write = (call) => {
  const arg = takeArgs('sum', call, 1).join('')
  const total = plain('sum', call, arg)
  const types = `typeof([${plain('min', call, arg)}]), typeof(${total})`
  return `cast_to_type(${total}, json_transform('null', spark_sum_type(${types})))`
}

/** Exact, by interpolation between neighbours; the share is a literal, or an array of them. */
const percentile: Write = (call) => {
  const [values = '', share = ''] = takeArgs('percentile', call, 2)
  return plain('quantile_cont', call, `CAST(${values} AS DOUBLE), ${share}`)
}

/** Every aggregate and window function the twin knows, in lower case. */
const aggregates: Readonly<Record<string, Write>> = {
  count: (call) => {
    if (call.args.length === 1) return plain('count', call, takeArgs('count', call, 1).join(''))
    throw unsupported('`count` over several expressions')
  },
  count_if: (call) =>
    `CAST(${plain('count_if', call, takeArgs('count_if', call, 1).join(''))} AS BIGINT)`,
  sum,
  avg: same('avg'),
  mean: same('avg'),
  min: same('min'),
  max: same('max'),
  min_by: same('arg_min_null', 2),
  max_by: same('arg_max_null', 2),
  any_value: same('first'),
  first: same('first'),
  last: same('last'),
  bool_and: same('bool_and'),
  every: same('bool_and'),
  bool_or: same('bool_or'),
  any: same('bool_or'),
  some: same('bool_or'),
  stddev: same('stddev_samp'),
  stddev_samp: same('stddev_samp'),
  variance: same('var_samp'),
  var_samp: same('var_samp'),
  percentile,
  median: (call) => {
    const [values = ''] = takeArgs('median', call, 1)
    return plain('quantile_cont', call, `CAST(${values} AS DOUBLE), 0.5`)
  },
  collect_list: collect(false),
  array_agg: collect(false),
  collect_set: collect(true),
  row_number: ranking('row_number', 0, 'INTEGER'),
  rank: ranking('rank', 0, 'INTEGER'),
  dense_rank: ranking('dense_rank', 0, 'INTEGER'),
  ntile: ranking('ntile', 1, 'INTEGER'),
  percent_rank: ranking('percent_rank', 0),
  cume_dist: ranking('cume_dist', 0),
  lag: ranking('lag', 1),
  lead: ranking('lead', 1),
  first_value: ranking('first_value', 1),
  last_value: ranking('last_value', 1),
}

/** True for a name that {@link writeAggregate} knows. */
export function isAggregate(name: string): boolean {
  return Object.hasOwn(aggregates, name)
}

/** Writes a call of an aggregate or window function. */
export function writeAggregate(name: string, call: Aggregate): string {
  const write = aggregates[name]
  if (write === undefined) throw unsupported(`the aggregate \`${name}\``)
  return write(call)
}

function takeArgs(name: string, call: Aggregate, least: number, most = least): string[] {
  if (call.args.length < least || call.args.length > most) {
    throw unsupported(`\`${name}\` with ${call.args.length} arguments`)
  }
  return call.args.map((arg) => arg.sql)
}
