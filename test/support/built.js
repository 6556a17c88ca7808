import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/** Builds once where nothing was built yet: what a deployment carries is copied from dist/. */
// biome-ignore lint/style/noDefaultExport: Jest wants the setup as the default export.
export default function built() {
  if (existsSync('dist/job.mjs')) return
  const { status } = spawnSync(process.execPath, ['scripts/build.js', '--quiet'], {
    stdio: 'inherit',
  })
  if (status !== 0) throw new Error('the build failed')
}
