import { resolve } from 'node:path'
import type { Argv, CommandModule } from 'yargs'
import { ConfigError, redact } from '../core/index.ts'
import {
  explainKey,
  explainPerson,
  exportPerson,
  type KeyExplanation,
  keyText,
  type PersonExplanation,
  personText,
  withoutPersonalData,
} from '../ops/index.ts'
import { type Parts, schedule } from '../sync/index.ts'
import { type ByHandArguments, byHand, withWhy } from './by-hand.ts'
import { type CommonArguments, terminalFor, withCommon, withParts } from './open.ts'
import { stopSignal } from './stop-signal.ts'
import type { Terminal } from './terminal.ts'

type Arguments = CommonArguments &
  ByHandArguments & {
    readonly sync: string | undefined
    readonly key: string[] | undefined
    readonly destination: string | undefined
    readonly person: string | undefined
    readonly export: string | undefined
    readonly values: boolean
  }

/** `customerio-jobs explain <sync> <key…>` and `customerio-jobs explain --person <id|email>` */
export const explainCommand: CommandModule<object, Arguments> = {
  command: 'explain [sync] [key..]',
  describe: 'say what became of one key or one person, what comes next, and why; sends nothing',
  builder: (yargs) =>
    withWhy(withCommon(yargs))
      .positional('sync', { type: 'string', describe: 'the name of a sync' })
      .positional('key', {
        type: 'string',
        array: true,
        describe: 'the value of its key column; several key columns, several words',
      })
      .option('destination', { type: 'string', describe: 'only this destination' })
      .option('person', { type: 'string', describe: 'an id or e-mail address, in all syncs' })
      .option('export', {
        type: 'string',
        describe: 'with --person: write everything known of them to this new file, as JSON',
      })
      .option('values', {
        type: 'boolean',
        default: false,
        describe: 'show keys and values off a terminal too, where they may be kept',
      })
      .parserConfiguration({ 'parse-numbers': false, 'parse-positional-numbers': false }) as Argv<
      object & Arguments
    >,
  async handler(args) {
    const { sync, key = [], person, export: file } = args
    if ((person === undefined) === (sync === undefined || key.length === 0)) {
      throw new ConfigError('NOTHING_NAMED', 'name a sync and a key, or give --person')
    }
    if (file !== undefined && person === undefined) {
      throw new ConfigError('NOTHING_NAMED', 'an export is of a person: give --person too')
    }
    const terminal = terminalFor(args)
    const stop = stopSignal(terminal)
    try {
      await withParts(args, terminal, async (parts) => {
        if (person !== undefined && file !== undefined) {
          await exported(parts, terminal, args, person, file, stop.signal)
        } else if (person !== undefined) {
          show(terminal, args, await explainPerson(parts, person, stop.signal))
        } else {
          const [spec] = schedule(parts.project, [sync ?? ''])
          if (spec === undefined) return
          const { destination } = args
          show(
            terminal,
            args,
            await explainKey(parts, spec, key, { destination, signal: stop.signal }),
          )
        }
      })
    } finally {
      stop.release()
    }
  },
}

function show(
  terminal: Terminal,
  { json, values }: Arguments,
  explained: KeyExplanation | PersonExplanation,
): void {
  const withValues = terminal.isPerson || values
  const text = json
    ? JSON.stringify(withValues ? explained : withoutPersonalData(explained))
    : (explained.kind === 'key'
        ? keyText(explained, { withValues })
        : personText(explained, { withValues })
      ).join('\n')
  terminal.out(withValues ? text : redact(text))
  if (!withValues) terminal.note('keys and values are hidden off a terminal; --values shows them')
}

async function exported(
  parts: Parts,
  terminal: Terminal,
  args: Arguments,
  person: string,
  file: string,
  signal: AbortSignal,
): Promise<void> {
  const path = resolve(file)
  const { rows, keys, outcomes, failures } = await exportPerson(
    parts,
    person,
    path,
    await byHand(parts, args),
    signal,
  )
  const missing = failures.map(({ sync, code }) => `${sync} (${code})`)
  if (args.json) terminal.out(JSON.stringify({ kind: 'export', rows, keys, outcomes, failures }))
  else {
    terminal.out(`${rows} rows, ${keys} keys of the ledger and ${outcomes} outcomes were written`)
    if (missing.length > 0) terminal.out(`not searched, and missing: ${missing.join(', ')}`)
  }
  if (missing.length > 0) process.exitCode = 3
}
