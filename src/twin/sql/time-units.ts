import type { Cursor } from './cursor.ts'
import { unsupported } from './errors.ts'
import type { Read } from './primaries.ts'
import type { Scope } from './scope.ts'

/** Units of TIMESTAMPADD and TIMESTAMPDIFF. */
const units = new Set(
  'YEAR QUARTER MONTH WEEK DAY HOUR MINUTE SECOND MILLISECOND MICROSECOND'.split(' '),
)

/** `timestampadd(DAY, -7, x)`, from behind the parenthesis: always a TIMESTAMP, also of a DATE. */
export function readTimeAdd(cursor: Cursor, scope: Scope, read: Read): string {
  const unit = readUnit(cursor)
  const amount = read(cursor, scope).sql
  cursor.expect(',')
  const time = read(cursor, scope).sql
  const [one, times] = unit === 'QUARTER' ? ['to_months', 3] : [`to_${unit.toLowerCase()}s`, 1]
  const moved = `${one}(CAST(${amount} AS INTEGER) * ${times})`
  return `(CAST(${time} AS TIMESTAMPTZ) + ${moved})`
}

/** `timestampdiff(HOUR, from, to)`, from behind the parenthesis: whole units that have passed. */
export function readTimeDifference(cursor: Cursor, scope: Scope, read: Read): string {
  const unit = readUnit(cursor)
  const from = read(cursor, scope).sql
  cursor.expect(',')
  const to = read(cursor, scope).sql
  return `date_sub('${unit.toLowerCase()}', CAST(${from} AS TIMESTAMPTZ), CAST(${to} AS TIMESTAMPTZ))`
}

function readUnit(cursor: Cursor): string {
  const unit = cursor.identifier().toUpperCase()
  if (!units.has(unit)) throw unsupported(`the unit ${unit} of time`)
  cursor.expect(',')
  return unit
}
