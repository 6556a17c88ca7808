import { ConfigError } from '../core/index.ts'
import { customerioYml } from './customerio-yml.ts'
import { databricksYml } from './databricks-yml.ts'
import { type Peers, packageJson } from './package-json.ts'
import { readme } from './readme.ts'
import { workflow } from './workflow.ts'

/** What a new project is made from. */
export interface NewProject {
  /** Of the folder, the npm package and the bundle: lower case letters, digits and dashes. */
  readonly name: string
  readonly region: 'us' | 'eu'
  /** Its syncs, which one job runs. */
  readonly syncs: readonly string[]
  /** Catalog and schema of what they read. */
  readonly catalog: string
  readonly schema: string
  /** Of customerio-jobs. */
  readonly version: string
  /** What the twin needs, with its versions. */
  readonly peers: Peers
}

/**
 * The files of a project, by path, without its syncs and without what `build` writes. Throws ConfigError
 * PROJECT_NAME_INVALID.
 */
export function projectFiles(project: NewProject): ReadonlyMap<string, string> {
  if (!/^[a-z][a-z0-9-]*$/.test(project.name)) {
    throw new ConfigError(
      'PROJECT_NAME_INVALID',
      `"${project.name}" names no project: take lower case letters, digits and dashes, a letter first`,
    )
  }
  return new Map([
    ['README.md', readme(project)],
    ['package.json', packageJson(project)],
    ['.gitignore', 'node_modules/\ndist/\n.databricks/\n'],
    ['.nvmrc', '20\n'],
    ['customerio.yml', customerioYml(project)],
    ['databricks.yml', databricksYml(project)],
    ['.github/workflows/customerio.yml', workflow(project)],
  ])
}
