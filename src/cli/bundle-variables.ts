import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { undeclaredVariables } from '../bundle/index.ts'
import { ConfigError } from '../core/index.ts'
import { databricksYml } from '../project/index.ts'

const bundleFile = 'databricks.yml'

/**
 * Looks whether a project's bundle declares what the generated files use: a newer version may use more than the one that
 * wrote databricks.yml, which nobody else writes. Throws ConfigError VARIABLE_MISSING with the lines to add.
 */
export function checkBundleVariables(root: string, generated: ReadonlyMap<string, string>): void {
  if (!existsSync(join(root, bundleFile))) return
  const own = readdirSync(join(root, 'resources')).filter((name) => name.endsWith('.yml'))
  const paths = [bundleFile, ...own.map((name) => join('resources', name))]
  const files = paths.map((path) => [path, readFileSync(join(root, path), 'utf8')] as const)
  const missing = undeclaredVariables(new Map([...files, ...generated]))
  if (missing.length === 0) return
  const first = parse(databricksYml({ name: 'any' })).variables
  const lines = stringify(
    Object.fromEntries(missing.map((name) => [name, first[name] ?? { default: '' }])),
    { lineWidth: 0 },
  )
  throw new ConfigError(
    'VARIABLE_MISSING',
    `${bundleFile} lacks variables that ${join('resources', 'generated')} uses; add to its "variables:"\n${lines.trimEnd().replace(/^/gm, '  ')}`,
  )
}
