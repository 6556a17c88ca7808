import { spawnSync } from 'node:child_process'

// Bundles are what users run, so they are built afresh before they are tested.
// biome-ignore lint/style/noDefaultExport: Jest wants the setup as the default export.
export default function buildOnce() {
  const { status } = spawnSync(process.execPath, ['scripts/build.js', '--quiet'], {
    stdio: 'inherit',
  })
  if (status !== 0) throw new Error('the build failed')
}
