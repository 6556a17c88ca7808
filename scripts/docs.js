// Writes what is generated from code: JSON Schemas for editors, and the page of the control tables.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const bundle = '.docs-build.mjs'
await build({
  stdin: {
    contents:
      "export { jsonSchemas } from './src/config/index.ts'; export { controlDocs } from './src/audit/index.ts'",
    resolveDir: '.',
  },
  outfile: bundle,
  bundle: true,
  format: 'esm',
  platform: 'node',
  packages: 'external',
  logLevel: 'warning',
})
const { jsonSchemas, controlDocs } = await import(pathToFileURL(bundle).href)
rmSync(bundle)
mkdirSync('schemas', { recursive: true })
for (const [name, schema] of Object.entries(jsonSchemas())) {
  writeFileSync(`schemas/${name}`, `${JSON.stringify(schema, null, 2)}\n`)
}
writeFileSync('docs/tables.md', controlDocs())
