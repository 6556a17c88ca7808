import type { Argv } from 'yargs'
import { ConfigError } from '../core/index.ts'

/** The option of commands that send beside other processes. */
export interface ShareArguments {
  readonly share: number | undefined
}

/** Declares {@link ShareArguments}. */
export function withShare<T>(yargs: Argv<T>): Argv<T & ShareArguments> {
  return yargs
    .option('share', {
      type: 'number',
      describe: "the part of every destination's budget to spend; default: what the jobs state",
    })
    .check(({ share }) => {
      if (share === undefined || (share > 0 && share <= 1)) return true
      throw new ConfigError('SHARE_INVALID', '--share is more than 0 and at most 1')
    }) as Argv<T & ShareArguments>
}
