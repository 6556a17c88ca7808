import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { ConfigError, type ProjectSpec } from '../core/index.ts'

const execute = promisify(execFile)

/**
 * The names of the syncs whose files differ from a commit, branch or tag: all of them where customerio.yml does, all with
 * a query where another file below `syncs/` does. Asks git, in the project's folder. Throws ConfigError GIT_FAILED.
 */
export async function changedSyncs(
  project: Pick<ProjectSpec, 'root' | 'syncs'>,
  ref: string,
): Promise<readonly string[]> {
  const files = await filesSince(project.root, ref)
  const ofSyncs = new Set(project.syncs.map(({ file }) => file))
  const others = files.filter((file) => file.startsWith('syncs/') && !/\.ya?ml$/.test(file))
  return project.syncs
    .filter(
      ({ file, source: { from } }) =>
        files.includes('customerio.yml') ||
        (ofSyncs.has(file) && files.includes(file)) ||
        ('query' in from && others.length > 0),
    )
    .map(({ name }) => name)
}

async function filesSince(root: string, ref: string): Promise<string[]> {
  // A name that begins with a dash would be an option.
  if (ref === '' || ref.startsWith('-')) throw failed(ref)
  const words = ['diff', '--name-only', '--relative', '-z', ref, '--', 'customerio.yml', 'syncs']
  try {
    const { stdout } = await execute('git', words, { cwd: root, maxBuffer: 64 * 1024 * 1024 })
    return stdout.split('\0').filter(Boolean)
  } catch (error) {
    throw failed(ref, error)
  }
}

function failed(ref: string, cause?: unknown): ConfigError {
  return new ConfigError(
    'GIT_FAILED',
    `git does not say what differs from "${ref}"; name a commit, branch or tag that is there (in CI: check out with fetch-depth: 0)`,
    cause === undefined ? {} : { cause },
  )
}
