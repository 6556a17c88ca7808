import type { Argv } from 'yargs'
import { ConfigError } from '../core/index.ts'

/** The option of commands that open a window, or say what one would be. */
export interface LimitArguments {
  readonly limit: number | undefined
}

/** Declares {@link LimitArguments}. */
export function withLimit<T>(yargs: Argv<T>): Argv<T & LimitArguments> {
  return yargs
    .option('limit', {
      type: 'number',
      describe: 'send so many messages at most; the rest waits for the next run',
    })
    .check(({ limit }) => {
      if (limit === undefined || (Number.isSafeInteger(limit) && limit >= 1)) return true
      throw new ConfigError('LIMIT_INVALID', '--limit is a whole number from 1 on')
    }) as Argv<T & LimitArguments>
}
