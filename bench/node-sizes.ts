import { readFileSync } from 'node:fs'

/** The sizes of Node's heap that the launcher of the jobs sets; the benchmarks run from the root of the repository. */
export function nodeSizes(): string[] {
  const [, list] = /^NODE_SIZES = (\[.*\])$/m.exec(readFileSync('jobs/launcher.py', 'utf8')) ?? []
  return JSON.parse(list ?? '') as string[]
}
