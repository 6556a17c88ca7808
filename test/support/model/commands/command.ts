import type fc from 'fast-check'
import type { History, Model, Real } from '../history.ts'

/** One step of a history. */
export type Command = fc.AsyncCommand<Model, Real>

/** A step that does `run`, where `check` lets it; `name` is how a failing history prints it. */
export function command(
  name: string,
  run: (history: History) => Promise<unknown>,
  check: (model: Readonly<Model>) => boolean = () => true,
): Command {
  return {
    check,
    run: async (model, real) => {
      await run({ model, real })
    },
    toString: () => name,
  }
}
