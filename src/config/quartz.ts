/** When a job starts that has a Quartz expression, in UTC. */
export interface Quartz {
  /** The first start after a moment; undefined when there is none in ten years. */
  next(after: Date): Date | undefined
  /** The longest time between two starts, in ms; undefined when there are not two. */
  readonly longestGapMs: number | undefined
}

/**
 * Reads a Quartz expression: seconds, minutes, hours, day of month, month, day of week and perhaps years, with `*`, `?`,
 * lists, ranges (also past the end: `FRI-MON`), steps, names, `L`, `W` and `#`. Throws a RangeError that says what is wrong
 * with which field. Source: the tutorial of Quartz 2.3 on CronTrigger, which is what Databricks' schedules take.
 */
export function readQuartz(cron: string): Quartz {
  const [second = '', minute = '', hour = '', dayOfMonth = '', month = '', dayOfWeek = '', year] =
    cron.trim().toUpperCase().split(/\s+/)
  if ((dayOfMonth === '?') === (dayOfWeek === '?')) {
    throw new RangeError('one of day of month and day of week must be "?"')
  }
  const times = timesOf(
    numbers(hour, 'hours', 0, 23),
    numbers(minute, 'minutes', 0, 59),
    numbers(second, 'seconds', 0, 59),
  )
  const months = new Set(numbers(month, 'months', 1, 12, monthNames))
  const years = year === undefined ? undefined : new Set(numbers(year, 'years', 1970, 2099))
  const isDay = dayOfWeek === '?' ? dayOfMonthTest(dayOfMonth) : dayOfWeekTest(dayOfWeek)
  const starts = (at: Day) =>
    months.has(at.month) && (years === undefined || years.has(at.year)) && isDay(at)
  return {
    next(after) {
      const from = Math.floor(after.getTime() / dayMs)
      for (let index = from; index < from + tenYears; index++) {
        if (!starts(dayAt(index))) continue
        const time = times.find((ms) => index * dayMs + ms > after.getTime())
        if (time !== undefined) return new Date(index * dayMs + time)
      }
      return undefined
    },
    longestGapMs: years === undefined ? longestGap(times, starts) : undefined,
  }
}

const dayMs = 86_400_000
const tenYears = 3653
const monthNames = 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' ')
const dayNames = 'SUN MON TUE WED THU FRI SAT'.split(' ')

/** A day of the calendar. */
interface Day {
  readonly year: number
  /** 1 to 12. */
  readonly month: number
  /** 1 to 31. */
  readonly day: number
  /** 1 is Sunday, as in Quartz. */
  readonly weekday: number
  /** The last day of its month. */
  readonly last: number
}

/** The day so many days after 1970-01-01. */
function dayAt(index: number): Day {
  const date = new Date(index * dayMs)
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + 1]
  return {
    year,
    month,
    day: date.getUTCDate(),
    weekday: date.getUTCDay() + 1,
    last: new Date(Date.UTC(year, month, 0)).getUTCDate(),
  }
}

/** Starts within a day, in ms from its beginning. */
function timesOf(hours: number[], minutes: number[], seconds: number[]): number[] {
  return hours.flatMap((hour) =>
    minutes.flatMap((minute) =>
      seconds.map((second) => ((hour * 60 + minute) * 60 + second) * 1000),
    ),
  )
}

function longestGap(times: readonly number[], starts: (day: Day) => boolean): number | undefined {
  const [first = 0] = times
  const last = times.at(-1) ?? 0
  let longest = times.slice(1).reduce((gap, time, i) => Math.max(gap, time - (times[i] ?? 0)), 0)
  let before: number | undefined
  // Ten years from a fixed day on: every leap day and every weekday of it.
  for (let index = 20_454; index < 20_454 + tenYears; index++) {
    if (!starts(dayAt(index))) continue
    if (before !== undefined) longest = Math.max(longest, (index - before) * dayMs - last + first)
    before = index
  }
  return longest === 0 || before === undefined ? undefined : longest
}

/** The numbers that a field names, sorted. */
function numbers(
  field: string,
  what: string,
  min: number,
  max: number,
  names: readonly string[] = [],
): number[] {
  const wrong = (text: string) =>
    new RangeError(`"${text}" is none of the ${what}, ${min} to ${max}`)
  const read = (text: string) => {
    const named = names.indexOf(text)
    const value = named >= 0 ? named + min : /^\d+$/.test(text) ? Number(text) : Number.NaN
    if (!(value >= min && value <= max)) throw wrong(text)
    return value
  }
  const found = new Set<number>()
  for (const part of field.split(',')) {
    const [range = '', step, ...more] = part.split('/')
    const each = step === undefined ? 1 : Number(step)
    if (more.length > 0 || !Number.isInteger(each) || each < 1) throw wrong(part)
    const [from = '', to, ...rest] = range.split('-')
    if (rest.length > 0) throw wrong(part)
    const all = range === '*'
    const low = all ? min : read(from)
    const high = all || (to === undefined && step !== undefined) ? max : read(to ?? from)
    const size = max - min + 1
    const length = high >= low ? high - low : high + size - low
    for (let i = 0; i <= length; i += each) found.add(((low + i - min) % size) + min)
  }
  return [...found].sort((a, b) => a - b)
}

function dayOfMonthTest(field: string): (day: Day) => boolean {
  const tests = field.split(',').map((part): ((day: Day) => boolean) => {
    const fromEnd = /^L(?:-(\d+))?$/.exec(part)
    if (fromEnd !== null) return ({ day, last }) => day === last - Number(fromEnd[1] ?? 0)
    if (part === 'LW') return (at) => at.day === nearestWeekday(at, at.last)
    const nearest = /^(\d+)W$/.exec(part)
    if (nearest === null) {
      const days = numbers(part, 'days of a month', 1, 31)
      return ({ day }) => days.includes(day)
    }
    const [wanted = 1] = numbers(nearest[1] ?? '', 'days of a month', 1, 31)
    return (at) => wanted <= at.last && at.day === nearestWeekday(at, wanted)
  })
  return (day) => tests.some((test) => test(day))
}

function dayOfWeekTest(field: string): (day: Day) => boolean {
  const read = (text: string) => numbers(text, 'days of a week', 1, 7, dayNames)
  const tests = field.split(',').map((part): ((day: Day) => boolean) => {
    if (part === 'L') return ({ weekday }) => weekday === 7
    const [, lastOf, , nth, count] = /^(\w+)L$|^((\w+)#([1-5]))$/.exec(part) ?? []
    if (lastOf !== undefined) {
      const days = read(lastOf)
      return ({ weekday, day, last }) => days.includes(weekday) && day > last - 7
    }
    const days = read(nth ?? part)
    if (count === undefined) return ({ weekday }) => days.includes(weekday)
    return ({ weekday, day }) => days.includes(weekday) && Math.ceil(day / 7) === Number(count)
  })
  return (day) => tests.some((test) => test(day))
}

/** The weekday nearest to a day of the same month, which it never leaves. */
function nearestWeekday({ day, weekday, last }: Day, wanted: number): number {
  const on = ((((weekday - 1 + wanted - day) % 7) + 7) % 7) + 1
  if (on === 7) return wanted === 1 ? 3 : wanted - 1
  if (on === 1) return wanted === last ? wanted - 2 : wanted + 1
  return wanted
}
