// Bundles the conformance checks and runs them from the root of the repository; see docs/conformance.md.
import { spawnSync } from 'node:child_process'
import { build } from 'esbuild'

const outfile = '.conformance/main.mjs'
await build({
  entryPoints: ['conformance/main.ts'],
  outfile,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  packages: 'external',
  sourcemap: 'inline',
  logLevel: 'warning',
})
const { status } = spawnSync(
  process.execPath,
  [
    '--enable-source-maps',
    '--disable-warning=ExperimentalWarning',
    outfile,
    ...process.argv.slice(2),
  ],
  { stdio: 'inherit' },
)
process.exitCode = status ?? 1
