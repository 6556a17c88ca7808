import fc from 'fast-check'
import type { Model, Real } from '../history.ts'
import { byHandCommands } from './by-hand.ts'
import type { Command } from './command.ts'
import { crashCommands } from './crash.ts'
import { rowCommands } from './rows.ts'
import { syncCommands } from './sync.ts'
import { tableCommands } from './table.ts'
import { troubleCommands } from './trouble.ts'

/** Every step a history may take, with how often it comes. A new one is a file of its own and a name here. */
const all: readonly [number, fc.Arbitrary<Command>][] = [
  ...rowCommands,
  ...tableCommands,
  ...syncCommands,
  ...byHandCommands,
  ...troubleCommands,
  ...crashCommands,
]

/** A history of up to `most` steps; `replayPath` is what a failure printed. */
export function histories(
  most: number,
  replayPath?: string,
): fc.Arbitrary<Iterable<fc.AsyncCommand<Model, Real>>> {
  const arbitrary = fc.oneof(...all.map(([weight, step]) => ({ weight, arbitrary: step })))
  return fc.commands([arbitrary], {
    maxCommands: most,
    size: 'max',
    ...(replayPath === undefined ? {} : { replayPath }),
  })
}
