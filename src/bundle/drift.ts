import { generatedLine } from './yaml.ts'

/** How files that are there differ from those that should be, by name, sorted. */
export interface Drift {
  readonly missing: readonly string[]
  readonly changed: readonly string[]
  /** Generated once, and not any more. Files that somebody else put there are none of these. */
  readonly surplus: readonly string[]
}

/** Compares the files of a folder with the generated ones; both are texts by name. */
export function driftOf(
  wanted: ReadonlyMap<string, string>,
  found: ReadonlyMap<string, string>,
): Drift {
  const names = [...wanted.keys()].sort()
  return {
    missing: names.filter((name) => !found.has(name)),
    changed: names.filter((name) => found.has(name) && found.get(name) !== wanted.get(name)),
    surplus: [...found.keys()]
      .filter((name) => !wanted.has(name) && isGenerated(found.get(name) ?? ''))
      .sort(),
  }
}

function isGenerated(text: string): boolean {
  return (text.split('\n')[0] ?? '').endsWith(generatedLine)
}
