import { createInterface } from 'node:readline/promises'
import type { Argv } from 'yargs'
import { readSettings } from '../config/index.ts'
import { ConfigError, systemClock } from '../core/index.ts'
import { forget, type LiveOptions, live, liveText, resultText } from '../ops/index.ts'
import { lookFor } from './look.ts'
import { type CommonArguments, projectFor, terminalFor } from './open.ts'
import type { Terminal } from './terminal.ts'

/** Options of `doctor --live`. */
export interface LiveArguments {
  readonly live: boolean
  readonly to?: string | undefined
  readonly yes: boolean
  readonly keep: boolean
  readonly forget?: string | undefined
}

/** Declares {@link LiveArguments}. */
export function withLive<T>(yargs: Argv<T>): Argv<T & LiveArguments> {
  return yargs
    .option('live', {
      type: 'boolean',
      default: false,
      describe: 'settle by experiments what no document says, on your own accounts',
    })
    .option('to', { type: 'string', describe: 'with --live: the destination to experiment on' })
    .option('yes', {
      type: 'boolean',
      default: false,
      describe: 'with --live: do it without asking',
    })
    .option('keep', {
      type: 'boolean',
      default: false,
      describe: 'with --live: leave the person of the experiments, to be looked at',
    })
    .option('forget', {
      type: 'string',
      describe: 'with --live: delete a person that was kept, and do nothing else',
    }) as Argv<T & LiveArguments>
}

/** `customerio-jobs doctor --live` */
export async function experiment(args: CommonArguments & LiveArguments): Promise<void> {
  const terminal = terminalFor(args)
  const options: LiveOptions = {
    project: projectFor(args),
    settings: readSettings(process.env),
    environment: process.env,
    clock: systemClock,
    log: terminal.log,
    to: args.to,
  }
  if (args.forget !== undefined) {
    terminal.out(`Customer.io answered: ${await forget(options, args.forget)}`)
    return
  }
  await agreed(args, terminal)
  const look = lookFor(terminal)
  const report = await live({
    ...options,
    onResult: (result) => {
      if (!args.json) terminal.out(resultText(result, look).join('\n'))
    },
    lookAt: async (person) => {
      if (args.keep) return false
      if (!terminal.isPerson) return true
      const question = `Look at the person ${person} in Customer.io now. Enter deletes them, "keep" does not: `
      return (await ask(question)) !== 'keep'
    },
  })
  terminal.out(args.json ? JSON.stringify(report) : liveText(report).join('\n'))
  if (report.results.some(({ isExpected }) => !isExpected)) process.exitCode = 2
}

async function agreed({ yes }: LiveArguments, { isPerson }: Terminal): Promise<void> {
  const question =
    'This makes a schema in the catalog of the control tables and a person in Customer.io, and removes both. Go on? (yes) '
  if (yes || (isPerson && (await ask(question)) === 'yes')) return
  throw new ConfigError(
    'LIVE_CONFIRM',
    'experiments write to your warehouse and to Customer.io, for a while; say --yes to go on',
  )
}

async function ask(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return (await lines.question(question)).trim()
  } finally {
    lines.close()
  }
}
