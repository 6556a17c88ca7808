import { spawnSync } from 'node:child_process'
import {
  appendFileSync,
  cpSync,
  existsSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import { type Ended, runProgram } from './run-program.ts'

/** A copy of this repository whose bundle the CLI deploys, so that nothing of it stays in the repository itself. */
export interface BundleCopy {
  /** Runs `databricks bundle …` in the copy. */
  bundle(...words: string[]): Promise<Ended>
  /** Changes a file of the copy. */
  edit(file: string, change: (text: string) => string): void
  /** Puts a file of the repository into the copy, under another name. */
  add(file: string, from: string): void
  remove(file: string): void
  read(file: string): Buffer
  /** The names of its generated jobs, in their order. */
  jobs(): string[]
}

/** Copies what belongs to the repository, and the installed packages by a link. */
export function copyBundle(
  folder: string,
  cli: string,
  environment: Readonly<Record<string, string>>,
): BundleCopy {
  const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard']
  const { stdout } = spawnSync('git', list, { encoding: 'utf8' })
  const files = stdout.split('\0').filter((file) => file !== '' && existsSync(file))
  if (files.length === 0)
    throw new Error('git lists no files: run this in a clone of the repository')
  for (const file of files) cpSync(file, join(folder, file), { verbatimSymlinks: true })
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'))
  // The pattern that is there means a directory, and this one is a link.
  appendFileSync(join(folder, '.gitignore'), '\nnode_modules\n')
  return {
    bundle: (...words) => runProgram(cli, ['bundle', ...words], { cwd: folder, env: environment }),
    edit(file, change) {
      const path = join(folder, file)
      writeFileSync(path, change(readFileSync(path, 'utf8')))
    },
    add: (file, from) => cpSync(from, join(folder, file)),
    remove: (file) => rmSync(join(folder, file)),
    read: (file) => readFileSync(join(folder, file)),
    jobs: () =>
      files
        .flatMap((file) => /^resources\/generated\/(.+)\.job\.yml$/.exec(file)?.[1] ?? [])
        .sort(),
  }
}
