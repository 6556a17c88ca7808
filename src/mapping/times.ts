import { type Data, DataType, DateUnit, TimeUnit } from 'apache-arrow'
import { storePadded, storePair } from './numbers.ts'
import type { Out } from './out.ts'
import { kindOf } from './types.ts'
import { wordAt, wordsOf } from './words64.ts'

/** A point in time: whole seconds since 1970 in UTC, and nanoseconds after them (0 … 999,999,999). */
export interface Moment {
  seconds: number
  nanos: number
}

/** The first and last second a message's time may have: years 0000 to 9999, what ISO 8601 writes in four digits. */
export const firstSecond = -62_167_219_200
export const lastSecond = 253_402_300_799

/** Seconds of a day. */
export const daySeconds = 86_400

/** Reads row's time into a moment; false when it lies outside the years 0000 to 9999. */
export type ReadMoment = (row: number) => boolean

/**
 * A reader of a DATE or TIMESTAMP column. A DATE is its midnight; a TIMESTAMP without a zone (TIMESTAMP_NTZ) is
 * taken as UTC.
 */
export function bindMoment(data: Data, moment: Moment): ReadMoment {
  const inRange = () => moment.seconds >= firstSecond && moment.seconds <= lastSecond
  const { type } = data
  if (DataType.isDate(type) && type.unit === DateUnit.DAY) {
    const days: Int32Array = data.values
    return (row) => {
      moment.seconds = (days[row] ?? 0) * daySeconds
      moment.nanos = 0
      return inRange()
    }
  }
  const words = wordsOf(data)
  const perSecond = unitsPerSecond(type)
  const nanosEach = 1e9 / perSecond
  const wholeDays = kindOf(type) === 'date'
  return (row) => {
    const high = wordAt(words, row * 2 + 1)
    if (high >= -0x200000 && high < 0x200000) {
      const units = high * 0x1_0000_0000 + (wordAt(words, row * 2) >>> 0)
      moment.seconds = Math.floor(units / perSecond)
      moment.nanos = (units - moment.seconds * perSecond) * nanosEach
    } else {
      const units = (BigInt(high) << 32n) | BigInt(wordAt(words, row * 2) >>> 0)
      const rest = ((units % BigInt(perSecond)) + BigInt(perSecond)) % BigInt(perSecond)
      moment.seconds = Number((units - rest) / BigInt(perSecond))
      moment.nanos = Number(rest) * nanosEach
    }
    if (wholeDays) {
      moment.seconds = Math.floor(moment.seconds / daySeconds) * daySeconds
      moment.nanos = 0
    }
    return inRange()
  }
}

/** Units of a 64-bit date or timestamp type in one second. */
export function unitsPerSecond(type: DataType): number {
  const unit = DataType.isTimestamp(type) ? type.unit : TimeUnit.MILLISECOND
  return 10 ** (unit * 3)
}

/** Room that {@link storeIso} needs, in bytes. */
export const isoRoom = 32

/** Appends `YYYY-MM-DD`. */
export function writeDay(out: Out, { seconds }: Moment): void {
  out.reserve(dayRoom)
  out.at = storeDay(out.view, out.at, Math.floor(seconds / daySeconds))
}

/** Appends what {@link storeIso} writes. */
export function writeIso(out: Out, { seconds, nanos }: Moment): void {
  out.reserve(isoRoom)
  out.at = storeIso(out.view, out.at, seconds, nanos)
}

/**
 * Writes `YYYY-MM-DDTHH:MM:SS.mmmZ` at `at`, with six or nine digits after the point where three would lose some; returns
 * where it ends.
 */
export function storeIso(view: DataView, at: number, seconds: number, nanos: number): number {
  const days = Math.floor(seconds / daySeconds)
  storeDay(view, at, days)
  const second = (seconds - days * daySeconds) | 0
  const hour = (second / 3600) | 0
  const minute = ((second - hour * 3600) / 60) | 0
  view.setUint8(at + 10, 0x54)
  storePair(view, at + 11, hour)
  view.setUint8(at + 13, 0x3a)
  storePair(view, at + 14, minute)
  view.setUint8(at + 16, 0x3a)
  storePair(view, at + 17, second - hour * 3600 - minute * 60)
  view.setUint8(at + 19, 0x2e)
  const rest = nanos | 0
  const isMillis = rest % 1_000_000 === 0
  const count = isMillis ? 3 : rest % 1000 === 0 ? 6 : 9
  const shown = isMillis ? (rest / 1_000_000) | 0 : count === 6 ? (rest / 1000) | 0 : rest
  storePadded(view, at + 20, shown, count)
  const end = at + 20 + count
  view.setUint8(end, 0x5a)
  return end + 1
}

/** Room that {@link storeDay} needs, in bytes. */
const dayRoom = 10

/**
 * Writes `YYYY-MM-DD` at `at`; returns where it ends. In the Gregorian calendar, counted from years that begin in March so
 * that leap days come last.
 */
export function storeDay(view: DataView, at: number, days: number): number {
  // Whole numbers, and known to be: they divide much faster.
  const shifted = (days + 719_468) | 0
  const era = ((shifted < 0 ? shifted - 146_096 : shifted) / 146_097) | 0
  const dayOfEra = shifted - era * 146_097
  const yearOfEra =
    ((dayOfEra - ((dayOfEra / 1460) | 0) + ((dayOfEra / 36_524) | 0) - ((dayOfEra / 146_096) | 0)) /
      365) |
    0
  const dayOfYear = dayOfEra - (365 * yearOfEra + ((yearOfEra / 4) | 0) - ((yearOfEra / 100) | 0))
  const month = ((5 * dayOfYear + 2) / 153) | 0
  const year = yearOfEra + era * 400 + (month >= 10 ? 1 : 0)
  storePair(view, at, (year / 100) | 0)
  storePair(view, at + 2, year - ((year / 100) | 0) * 100)
  view.setUint8(at + 4, 0x2d)
  storePair(view, at + 5, month < 10 ? month + 3 : month - 9)
  view.setUint8(at + 7, 0x2d)
  storePair(view, at + 8, dayOfYear - (((153 * month + 2) / 5) | 0) + 1)
  return at + 10
}
