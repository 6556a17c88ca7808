import type { CommandModule } from 'yargs'
import { validateAgainstLock, validateAgainstSources, validateEvents } from '../ops/index.ts'
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
    const isOffline = args.offline || !isConnected()
    const checks = isOffline
      ? await validateAgainstLock(project)
      : await withParts(args, terminal, ({ warehouse }) =>
          validateAgainstSources(warehouse, project),
        )
    const checked = new Set(checks.map(({ sync }) => sync))
    const others = project.syncs.filter(({ name }) => !checked.has(name))
    const warnings = [
      ...checks.flatMap((check) => check.warnings),
      ...validateEvents({ ...project, syncs: others }),
    ]
    const problems = checks.flatMap((check) => check.problems)
    if (problems.length > 0) process.exitCode = 2
    if (args.json) {
      terminal.out(
        JSON.stringify({
          syncs: project.syncs.map((sync) => sync.name),
          checks: checks.length === 0 ? null : checks,
          warnings,
        }),
      )
      return
    }
    for (const problem of problems) terminal.out(problem)
    for (const warning of warnings) terminal.out(`${warning} [warning]`)
    const why = args.offline ? '--offline was given' : 'DATABRICKS_HOST is not set'
    const against = !isOffline
      ? 'against the columns of their sources'
      : checks.length === 0
        ? `files only: ${why}`
        : `${checks.length} against customerio.lock.yml: ${why}`
    terminal.out(
      problems.length === 0
        ? `${project.syncs.length} syncs are valid (${against})`
        : `${problems.length} problems in ${checks.filter((check) => check.problems.length > 0).length} of ${project.syncs.length} syncs`,
    )
  },
}
