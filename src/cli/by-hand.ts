import type { Argv } from 'yargs'
import { whoActs } from '../ops/index.ts'
import type { ByHand, Parts } from '../sync/index.ts'

/** Options of every command that does by hand what no schedule does. */
export interface ByHandArguments {
  readonly why: string | undefined
}

/** Declares {@link ByHandArguments}. */
export function withWhy<T>(yargs: Argv<T>): Argv<T & ByHandArguments> {
  return yargs.option('why', {
    type: 'string',
    describe: 'the reason, for others; kept in the table acts',
  }) as Argv<T & ByHandArguments>
}

/** Who is at it, and why. */
export async function byHand(parts: Parts, { why }: ByHandArguments): Promise<ByHand> {
  return { who: await whoActs(parts), ...(why === undefined ? {} : { why }) }
}

/** Options of commands that brakes may ask a confirmation of. */
export interface ConfirmArguments {
  readonly confirm: string[]
}

/** Declares {@link ConfirmArguments}. */
export function withConfirm<T>(yargs: Argv<T>): Argv<T & ConfirmArguments> {
  return yargs.option('confirm', {
    type: 'string',
    array: true,
    nargs: 1,
    default: [],
    requiresArg: true,
    describe: 'what a brake printed, to go on with exactly that plan',
  }) as Argv<T & ConfirmArguments>
}
