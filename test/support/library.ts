import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Somebody's project that has the package installed, as npm packs it, and nothing else but what it depends on. */
export interface Consumer {
  readonly folder: string
  /** Where the package lies. */
  readonly packed: string
  write(file: string, text: string): void
  close(): void
}

/** Packs what was built and installs it into a new project, beside `modules` of this repository. */
export function aConsumer(modules: readonly string[]): Consumer {
  const folder = mkdtempSync(join(tmpdir(), 'customerio-jobs-consumer-'))
  const installed = join(folder, 'node_modules')
  mkdirSync(installed)
  const pack = run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder])
  const [{ filename }] = JSON.parse(pack) as [{ filename: string }]
  run('tar', ['-xzf', join(folder, filename), '-C', installed])
  const packed = join(installed, 'customerio-jobs')
  renameSync(join(installed, 'package'), packed)
  for (const name of modules) {
    mkdirSync(dirname(join(installed, name)), { recursive: true })
    symlinkSync(join(root, 'node_modules', name), join(installed, name))
  }
  writeFileSync(join(folder, 'package.json'), '{ "type": "module", "private": true }')
  return {
    folder,
    packed,
    write: (file, text) => writeFileSync(join(folder, file), text),
    close: () => rmSync(folder, { recursive: true }),
  }
}

function run(command: string, words: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(command, words, { cwd: root, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} ended with ${status}: ${stderr}`)
  return stdout
}
