import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** What a check needs and this machine has; a text says why it is not there. */
export interface Tools {
  /** Path of the Databricks CLI, or why there is none. */
  readonly cli: Found
  /** Path of a Python as the task of a job finds it (the SDK, and Node from a wheel), or why there is none. */
  readonly task: Found
  /** Path of a Python with delta-rs, or why there is none. */
  readonly python: Found
  /** Folder of Delta's jars for Spark, or why there is none. */
  readonly jars: Found
  /** Folder that chdb is installed in, or why it is not. */
  readonly chdb: Found
}

/** A path, or why there is none. */
export type Found = { readonly path: string } | { readonly missing: string }

/** Installs what is missing below `cache`; everything is kept for the next time. */
export function prepareTools(cache: string): Tools {
  console.log('preparing chdb, delta-rs and Spark (the first time takes a few minutes)')
  const python = preparePackages(join(cache, 'venv'), 'conformance/requirements.txt')
  return {
    cli: findCli() ?? buildCli(join(cache, 'cli')),
    task: preparePackages(join(cache, 'task'), 'conformance/task-requirements.txt'),
    chdb: prepareChdb(),
    python,
    jars: prepareJars(join(cache, 'jars'), python),
  }
}

/** The version of the CLI that is built where none is installed. */
const cliModule = 'github.com/databricks/cli@v1.13.0'

/** The CLI that DATABRICKS_CLI names, else the one on the PATH. */
function findCli(): Found | undefined {
  const named = process.env.DATABRICKS_CLI
  const path = named ?? 'databricks'
  const { stdout } = spawnSync(path, ['version'], { encoding: 'utf8' })
  // The old one, in Python, has the same name and cannot deploy bundles.
  if (/^Databricks CLI v/.test(stdout ?? '')) return { path }
  return named === undefined ? undefined : { missing: 'DATABRICKS_CLI names no Databricks CLI' }
}

/** The CLI built from its Go module, whose checksum Go looks up. */
function buildCli(folder: string): Found {
  const path = join(resolve(folder), 'cli')
  if (existsSync(path)) return { path }
  const problem = run('go', ['install', cliModule], '.', { GOBIN: resolve(folder) })
  if (problem === undefined) return { path }
  return {
    missing: `none on the PATH, DATABRICKS_CLI names none, and Go could not build it: ${problem}`,
  }
}

function prepareChdb(): Found {
  const folder = resolve('conformance')
  if (existsSync(join(folder, 'node_modules/chdb'))) return { path: folder }
  const problem = run('npm', ['ci', '--no-audit', '--no-fund'], folder)
  if (problem !== undefined) return { missing: `npm could not install chdb: ${problem}` }
  return { path: folder }
}

/** A virtual environment of Python at `venv` with the packages that a file lists. */
function preparePackages(venv: string, list: string): Found {
  const python = join(venv, 'bin/python')
  const problem = once(venv, list, () => {
    const made = run('python3', ['-m', 'venv', venv])
    if (made !== undefined) return `no virtual environment of Python 3: ${made}`
    const installed = run(python, ['-m', 'pip', 'install', '-q', '-r', list])
    return installed && `pip could not install what ${list} names: ${installed}`
  })
  return problem === undefined ? { path: python } : { missing: problem }
}

function prepareJars(jars: string, python: Found): Found {
  if ('missing' in python) return python
  if (run('java', ['-version']) !== undefined) return { missing: 'no Java' }
  const problem = once(jars, 'conformance/pom.xml', () => {
    const failed = run('mvn', [
      ...['-q', '-B', '-f', 'conformance/pom.xml', 'dependency:copy-dependencies'],
      ...['-DincludeScope=runtime', '-DincludeGroupIds=io.delta,io.unitycatalog'],
      `-DoutputDirectory=${jars}`,
    ])
    return failed && `Maven could not fetch Delta for Spark: ${failed}`
  })
  return problem === undefined ? { path: jars } : { missing: problem }
}

/** Makes a folder anew unless it was made from the same list before. */
function once(folder: string, list: string, make: () => string | undefined): string | undefined {
  const wanted = readFileSync(list, 'utf8')
  const stamp = join(folder, 'made-from')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return undefined
  rmSync(folder, { recursive: true, force: true })
  const problem = make()
  if (problem === undefined) writeFileSync(stamp, wanted)
  return problem
}

/** Runs a program to its end; the last words of one that failed. */
function run(
  program: string,
  args: readonly string[],
  cwd = '.',
  more: Readonly<Record<string, string>> = {},
): string | undefined {
  const env = { ...process.env, ...more }
  const { status, error, stderr, stdout } = spawnSync(program, args, { cwd, env, encoding: 'utf8' })
  if (error !== undefined) return `${program} is not here`
  if (status === 0) return undefined
  const words = `${stdout}\n${stderr}`.trim().split('\n').slice(-3).join(' ')
  return words.slice(0, 300) || `${program} ended with ${status}`
}
