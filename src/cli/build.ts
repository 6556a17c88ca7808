import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CommandModule } from 'yargs'
import { bundleFiles, type Drift, driftOf, type GrantedProject } from '../bundle/index.ts'
import { loadProject } from '../config/index.ts'
import { ConfigError, type ProjectSpec } from '../core/index.ts'
import { tablesOf } from '../source/index.ts'
import { splitTable } from '../warehouse/index.ts'
import { checkBundleVariables } from './bundle-variables.ts'
import { terminalFor } from './open.ts'

interface Arguments {
  readonly project: string
  readonly check: boolean
  readonly json: boolean
}

/** Where the files go, below the project: hand-written resources are beside it. */
const folder = join('resources', 'generated')

/** `customerio-jobs build` */
export const buildCommand: CommandModule<object, Arguments> = {
  command: 'build',
  describe: 'write what is deployed: dist/, and resources/generated/ from customerio.yml',
  builder: (yargs) =>
    yargs
      .option('project', { type: 'string', default: '.', describe: 'the folder of customerio.yml' })
      .option('check', {
        type: 'boolean',
        default: false,
        describe: 'write dist/ only; exit code 2 where a file of resources/generated/ differs',
      })
      .option('json', { type: 'boolean', default: false, describe: 'print JSON' }),
  handler(args) {
    const root = resolve(args.project)
    const terminal = terminalFor({ ...args, verbose: false })
    const { drift, files } = args.check ? lookAt(root) : writeBuild(root)
    if (args.check) copyPackaged(root)
    const { missing, changed, surplus } = drift
    if (args.json) terminal.out(JSON.stringify(drift))
    if (args.check) refuse([...missing, ...changed, ...surplus])
    else if (!args.json) {
      for (const name of [...missing, ...changed]) terminal.out(`wrote ${join(folder, name)}`)
      for (const name of surplus) terminal.out(`removed ${join(folder, name)}`)
      terminal.out(`${folder} is what customerio.yml says (${files.size} files)`)
    }
    checkBundleVariables(root, files)
  },
}

/** What a deployment starts, as it stands in the package; the same bytes in every project. */
const packaged = ['job.mjs', 'launcher.py']

/** Writes dist/ and resources/generated/ of a project, and says what differed. */
export function writeBuild(root: string): Look {
  const at = join(root, folder)
  const wanted = filesOf(root)
  const { drift } = lookAt(root)
  mkdirSync(at, { recursive: true })
  for (const name of [...drift.missing, ...drift.changed])
    writeFileSync(join(at, name), wanted.get(name) ?? '')
  for (const name of drift.surplus) rmSync(join(at, name))
  copyPackaged(root)
  return { drift, files: wanted }
}

interface Look {
  readonly drift: Drift
  /** What there should be, by name. */
  readonly files: ReadonlyMap<string, string>
}

function lookAt(root: string): Look {
  const wanted = filesOf(root)
  return { drift: driftOf(wanted, filesIn(join(root, folder))), files: wanted }
}

function copyPackaged(root: string): void {
  const here = fileURLToPath(new URL('.', import.meta.url))
  // Beside the command where it is built, else in dist/ of the checkout it runs from.
  const from = [here, join(here, '../../dist')].find((one) => existsSync(join(one, 'job.mjs')))
  if (from === undefined) {
    throw new ConfigError(
      'PACKAGE_INCOMPLETE',
      'job.mjs is missing in the package; install it anew',
    )
  }
  const to = join(root, 'dist')
  if (resolve(from) === resolve(to)) return
  mkdirSync(to, { recursive: true })
  for (const name of packaged) copyFileSync(join(from, name), join(to, name))
}

function filesOf(root: string): ReadonlyMap<string, string> {
  const project = loadProject(root)
  const targets = project.targets.map((target) => loadProject(root, target))
  return bundleFiles(project, (targets.length === 0 ? [project] : targets).map(granted))
}

function granted(project: ProjectSpec): GrantedProject {
  const named = project.syncs.map(({ source }) => tablesOf(source.from))
  const requests = project.erase === undefined ? [] : [project.erase.table]
  const parts = (names: readonly string[]) => [...new Set(names)].sort().map(splitTable)
  return {
    project,
    tables: parts([...named.flatMap(({ tables }) => tables), ...requests]),
    perhaps: parts(named.flatMap(({ perhaps }) => perhaps)),
  }
}

function filesIn(at: string): ReadonlyMap<string, string> {
  if (!existsSync(at)) return new Map()
  const names = readdirSync(at, { withFileTypes: true }).filter((entry) => entry.isFile())
  return new Map(names.map(({ name }) => [name, readFileSync(join(at, name), 'utf8')]))
}

function refuse(names: readonly string[]): void {
  if (names.length === 0) return
  throw new ConfigError(
    'RESOURCES_DRIFTED',
    `${names.length} files of ${folder} differ from what customerio.yml says; run "customerio-jobs build" and commit:\n${names.map((name) => `  ${name}`).join('\n')}`,
  )
}
