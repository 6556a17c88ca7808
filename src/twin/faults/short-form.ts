import { ConfigError } from '../../core/index.ts'

const numbers = ['every', 'from', 'to', 'probability', 'times', 'status'] as const

/**
 * Reads the short form `door:call:setting,setting…`, for example
 * `customerio:POST /v1/batch:status=503,retry-after=2,nth=3+4`. Settings: `nth` (several joined by `+`), `every`,
 * `from`, `to`, `probability`, `times`; `status`, `body`, `retry-after` (seconds), `accepted`, `delay` and
 * `delay-after` (ms), `reset` (`before` unless told), `truncate`, `act`; `address`, `statement` (`*` stands for its
 * commas and colons). The values are checked as in the long form.
 *
 * @throws ConfigError FAULT_INVALID when the text has another shape or a setting is unknown.
 */
export function readShortForm(text: string): unknown {
  const first = text.indexOf(':')
  const last = text.lastIndexOf(':')
  if (first < 1 || last === first) throw shape('has to look like door:call:setting=value,…')
  const when: Record<string, unknown> = {}
  const fault: Record<string, unknown> = {}
  const rule: Record<string, unknown> = { door: text.slice(0, first), when, fault }
  const call = text.slice(first + 1, last)
  if (call !== '') rule.call = call
  for (const setting of text.slice(last + 1).split(',')) {
    const [key = '', value] = split(setting.trim())
    if (key === 'address' || key === 'statement') rule[key] = value
    else if (key === 'nth') when.nth = (value ?? '').split('+').map(Number)
    else if (key === 'retry-after') fault.headers = { 'retry-after': value }
    else if (key === 'delay') fault.delayMs = Number(value)
    else if (key === 'delay-after') fault.delayAfterMs = Number(value)
    else if (key === 'reset') fault.reset = value ?? 'before'
    else if (key === 'truncate' || key === 'accepted') fault[key] = value === undefined || value
    else if (key === 'body' || key === 'act') fault[key] = value ?? ''
    else if (numbers.some((one) => one === key)) {
      const into = key === 'status' ? fault : when
      into[key] = Number(value)
    } else throw shape(`does not know the setting "${key}"`)
  }
  return rule
}

function split(setting: string): [string, string | undefined] {
  const at = setting.indexOf('=')
  return at < 0 ? [setting, undefined] : [setting.slice(0, at), setting.slice(at + 1)]
}

function shape(problem: string): ConfigError {
  return new ConfigError(
    'FAULT_INVALID',
    `The short form of a fault rule ${problem}; see docs/twin.md.`,
  )
}
