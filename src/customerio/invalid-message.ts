import { ConfigError } from '../core/index.ts'

/**
 * The error of a message that was put together wrongly: what is wrong, path by path, without any value. `event` is
 * the name of a semantic event, never one from data.
 */
export function invalidMessage(problems: readonly string[], event?: string): ConfigError {
  const what = event === undefined ? 'The message' : `"${event}"`
  return new ConfigError('MESSAGE_INVALID', `${what} cannot be sent: ${problems.join('; ')}`)
}
