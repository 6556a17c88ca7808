import { periodMs } from '../config/index.ts'
import { ConfigError } from '../core/index.ts'

/** A moment that an option names, in ms since the epoch; one without a zone is UTC. Throws ConfigError TIME_INVALID. */
export function momentOf(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const [, day = '', time, zone] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:\d\d)?)?$/.exec(text) ?? []
  const ms = Date.parse(time === undefined ? day : `${day}T${time}${zone ?? 'Z'}`)
  if (Number.isFinite(ms)) return ms
  throw new ConfigError(
    'TIME_INVALID',
    `--${option} takes a moment such as 2026-01-31 or 2026-01-31T14:00:00Z`,
  )
}

/** A time span that an option names, in ms. Throws ConfigError DURATION_INVALID. */
export function durationOf(option: string, text: string | undefined): number | undefined {
  if (text === undefined || /^\d{1,6}[smhd]$/.test(text))
    return text === undefined ? undefined : periodMs(text)
  throw new ConfigError('DURATION_INVALID', `--${option} takes a duration such as 30s, 10m or 2h`)
}

/** The options that have a value. */
export function given<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
}
