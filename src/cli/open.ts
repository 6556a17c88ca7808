import { resolve } from 'node:path'
import type { Argv } from 'yargs'
import { loadProject, readSettings } from '../config/index.ts'
import { type ProjectSpec, systemClock } from '../core/index.ts'
import { openParts, type Parts } from '../sync/index.ts'
import { endWithStdin, type StopArguments } from './stop-signal.ts'
import { processTerminal, type Terminal } from './terminal.ts'

/** Options that every command has. */
export interface CommonArguments {
  readonly project: string
  readonly target?: string | undefined
  readonly json: boolean
  readonly verbose: boolean
}

/** Declares {@link CommonArguments}. */
export function withCommon<T>(yargs: Argv<T>): Argv<T & CommonArguments> {
  return yargs
    .option('project', { type: 'string', default: '.', describe: 'the folder of customerio.yml' })
    .option('target', { type: 'string', describe: 'a target of customerio.yml' })
    .option('json', { type: 'boolean', default: false, describe: 'print JSON' })
    .option('verbose', {
      type: 'boolean',
      default: false,
      describe: 'show every log line',
    }) as Argv<T & CommonArguments>
}

/** The terminal a command was asked to write to. */
export function terminalFor(args: CommonArguments): Terminal {
  return processTerminal(args)
}

/** The project a command was asked to work on. */
export function projectFor(args: CommonArguments): ProjectSpec {
  return loadProject(resolve(args.project), args.target)
}

/** True when the environment says where Databricks is. */
export function isConnected(): boolean {
  return process.env.DATABRICKS_HOST !== undefined && process.env.DATABRICKS_HOST !== ''
}

/** Opens project and connections, with a share of every budget (default: all of it), runs `work`, and closes them whatever happens. */
export async function withParts<T>(
  args: CommonArguments & Partial<StopArguments>,
  terminal: Terminal,
  work: (parts: Parts) => Promise<T>,
  shareFor: (project: ProjectSpec) => number = () => 1,
): Promise<T> {
  const project = projectFor(args)
  const settings = readSettings(process.env)
  const isTask = settings.databricks.credentials.kind === 'launcher'
  if (isTask && args['stop-with-stdin'] !== true) endWithStdin()
  const parts = openParts({
    project,
    settings,
    environment: process.env,
    clock: systemClock,
    log: terminal.log,
    share: shareFor(project),
  })
  try {
    return await work(parts)
  } finally {
    await parts.close()
  }
}
