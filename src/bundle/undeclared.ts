import { parse } from 'yaml'

/**
 * The bundle's variables that files use and none of them declares, sorted. Files by name; of those that are not YAML,
 * what they use counts too. A file that cannot be read says nothing: the Databricks CLI says why.
 */
export function undeclaredVariables(files: ReadonlyMap<string, string>): string[] {
  const used = [...files.values()].flatMap((text) =>
    [...text.matchAll(/\$\{var\.(\w+)/g)].map(([, name = '']) => name),
  )
  const declared = new Set(
    [...files].flatMap(([name, text]) => (name.endsWith('.yml') ? declaredIn(text) : [])),
  )
  return [...new Set(used)].filter((name) => !declared.has(name)).sort()
}

function declaredIn(text: string): string[] {
  try {
    return Object.keys(parse(text)?.variables ?? {})
  } catch {
    return []
  }
}
