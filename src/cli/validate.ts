import type { CommandModule } from 'yargs'
import { validateAgainstSources, validateEvents } from '../ops/index.ts'
import {
  type CommonArguments,
  isConnected,
  projectFor,
  terminalFor,
  withCommon,
  withParts,
} from './open.ts'

type Arguments = CommonArguments & { readonly offline: boolean }

/** `customerio-jobs validate` */
export const validateCommand: CommandModule<object, Arguments> = {
  command: 'validate',
  describe:
    'check customerio.yml and every sync file, and their columns where Databricks can be asked',
  builder: (yargs) =>
    withCommon(yargs).option('offline', {
      type: 'boolean',
      default: false,
      describe: 'check the files only',
    }),
  async handler(args) {
    const terminal = terminalFor(args)
    const project = projectFor(args)
    const checks =
      args.offline || !isConnected()
        ? undefined
        : await withParts(args, terminal, ({ warehouse }) =>
            validateAgainstSources(warehouse, project),
          )
    const warnings = checks?.flatMap((check) => check.warnings) ?? validateEvents(project)
    const problems = checks?.flatMap((check) => check.problems) ?? []
    if (problems.length > 0) process.exitCode = 2
    if (args.json) {
      terminal.out(
        JSON.stringify({
          syncs: project.syncs.map((sync) => sync.name),
          checks: checks ?? null,
          warnings,
        }),
      )
      return
    }
    for (const problem of problems) terminal.out(problem)
    for (const warning of warnings) terminal.out(`${warning} [warning]`)
    const against =
      checks === undefined
        ? 'files only: DATABRICKS_HOST is not set or --offline was given'
        : 'against the columns of their sources'
    terminal.out(
      problems.length === 0
        ? `${project.syncs.length} syncs are valid (${against})`
        : `${problems.length} problems in ${checks?.filter((check) => check.problems.length > 0).length} of ${project.syncs.length} syncs`,
    )
  },
}
