/** Facts of a log line: names, numbers and codes only. Never an attribute value, a key or an e-mail address. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>

/** Where the program says what it does. `info` is for milestones of a run, `debug` for everything else. */
export interface Log {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
}

/** How log lines look: plain text for people, one JSON object a line for machines. */
export type LogFormat = 'plain' | 'json'

const levels = ['debug', 'info', 'warn', 'error'] as const
type Level = (typeof levels)[number]

/** A log that writes whole lines through `write`, from `least` upwards. */
export function createLog(
  write: (line: string) => void,
  format: LogFormat = 'plain',
  least: Level = 'info',
  now: () => number = Date.now,
): Log {
  const at =
    (level: Level) =>
    (message: string, fields: LogFields = {}) => {
      if (levels.indexOf(level) < levels.indexOf(least)) return
      const time = new Date(now()).toISOString()
      write(
        redact(
          format === 'json'
            ? JSON.stringify({ time, level, message, ...fields })
            : `${time} ${level.padEnd(5)} ${message}${plainFields(fields)}`,
        ),
      )
    }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

/** A log that says nothing. */
export const silentLog: Log = createLog(() => {}, 'plain', 'error')

/**
 * The last net under every line that leaves the process: e-mail addresses and bearer or basic credentials are
 * blotted out, in case an error text from elsewhere carries one.
 */
export function redact(text: string): string {
  return text
    .replace(/[^\s"'<>()[\]{},;:=]+@[^\s"'<>()[\]{},;:=]+\.[A-Za-z]{2,}/g, '[e-mail]')
    .replace(/\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]+/g, '$1 [secret]')
}

function plainFields(fields: LogFields): string {
  const pairs = Object.entries(fields).filter(([, value]) => value !== undefined)
  return pairs.length === 0 ? '' : `  ${pairs.map(([key, value]) => `${key}=${value}`).join(' ')}`
}
