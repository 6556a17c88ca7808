import { type FunctionRule, int, rule, same, sql } from './function-rule.ts'
import { timeFormat, truncateUnit } from './patterns.ts'

const dateDiff = rule(
  2,
  2,
  ([end, start]) =>
    `CAST(date_diff('day', CAST(${sql(start)} AS DATE), CAST(${sql(end)} AS DATE)) AS INTEGER)`,
)
const dateAdd = same('spark_date_plus', 2)
const dayOfWeek = rule(1, 1, ([x]) => `CAST(dayofweek(CAST(${sql(x)} AS DATE)) + 1 AS INTEGER)`)

/** Functions of dates and times, in lower case. */
export const timeFunctions: Readonly<Record<string, FunctionRule>> = {
  year: int('year'),
  quarter: int('quarter'),
  month: int('month'),
  weekofyear: int('week'),
  day: int('day'),
  dayofmonth: int('day'),
  dayofyear: int('dayofyear'),
  dayofweek: dayOfWeek,
  weekday: rule(1, 1, ([x]) => `CAST(isodow(CAST(${sql(x)} AS DATE)) - 1 AS INTEGER)`),
  hour: int('hour'),
  minute: int('minute'),
  second: int('second'),
  last_day: same('last_day'),
  date_add: dateAdd,
  date_sub: rule(2, 2, ([d, n]) => `spark_date_plus(${sql(d)}, -(${sql(n)}))`),
  add_months: rule(
    2,
    2,
    ([d, n]) => `CAST(CAST(${sql(d)} AS DATE) + to_months(CAST(${sql(n)} AS INTEGER)) AS DATE)`,
  ),
  datediff: dateDiff,
  date_diff: dateDiff,
  date_trunc: rule(
    2,
    2,
    ([unit, x]) => `date_trunc(${truncateUnit(unit)}, CAST(${sql(x)} AS TIMESTAMPTZ))`,
  ),
  trunc: rule(
    2,
    2,
    ([x, unit]) => `CAST(date_trunc(${truncateUnit(unit)}, CAST(${sql(x)} AS DATE)) AS DATE)`,
  ),
  date_format: rule(
    2,
    2,
    ([x, format]) => `strftime(CAST(${sql(x)} AS TIMESTAMPTZ), ${timeFormat(format)})`,
  ),
  to_timestamp: rule(1, 2, ([x, format]) =>
    format === undefined
      ? `CAST(${sql(x)} AS TIMESTAMPTZ)`
      : `CAST(strptime(${sql(x)}, ${timeFormat(format)}) AS TIMESTAMPTZ)`,
  ),
  to_date: rule(1, 2, ([x, format]) =>
    format === undefined
      ? `CAST(${sql(x)} AS DATE)`
      : `CAST(strptime(${sql(x)}, ${timeFormat(format)}) AS DATE)`,
  ),
  date: rule(1, 1, ([x]) => `CAST(${sql(x)} AS DATE)`),
  timestamp: rule(1, 1, ([x]) => `CAST(${sql(x)} AS TIMESTAMPTZ)`),
  unix_timestamp: epoch(1_000_000),
  unix_seconds: epoch(1_000_000),
  unix_millis: epoch(1000),
  unix_micros: epoch(1),
  timestamp_micros: rule(1, 1, ([x]) => `make_timestamptz(CAST(${sql(x)} AS BIGINT))`),
  timestamp_millis: rule(1, 1, ([x]) => `make_timestamptz(CAST(${sql(x)} AS BIGINT) * 1000)`),
  timestamp_seconds: rule(
    1,
    1,
    ([x]) => `make_timestamptz(CAST(CAST(${sql(x)} AS DECIMAL(28,6)) * 1000000 AS BIGINT))`,
  ),
  from_unixtime: rule(1, 2, ([x, format]) => {
    const time = `make_timestamptz(CAST(${sql(x)} AS BIGINT) * 1000000)`
    return `strftime(${time}, ${timeFormat(format ?? { sql: '', text: 'yyyy-MM-dd HH:mm:ss' })})`
  }),
}

/** Floor of the time since the epoch in units of so many microseconds. */
function epoch(microseconds: number): FunctionRule {
  return rule(
    1,
    1,
    ([x]) => `spark_floor_div(epoch_us(CAST(${sql(x)} AS TIMESTAMPTZ)), ${microseconds})`,
  )
}
