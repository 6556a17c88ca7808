import { readFileSync } from 'node:fs'

/** How the launcher of the jobs starts Node; the benchmarks run from the root of the repository. */
export function nodeOptions(): string[] {
  const [, list] = /^NODE_OPTIONS = (\[.*\])$/m.exec(readFileSync('jobs/launcher.py', 'utf8')) ?? []
  if (list === undefined) throw new Error('jobs/launcher.py has no NODE_OPTIONS')
  return JSON.parse(list) as string[]
}
