import type { Json } from '../core/index.ts'

/** Where `found` lacks what `wanted` names, one readable line each. Members that `wanted` does not name are free. */
export function differences(wanted: Json, found: Json | undefined, path: string): string[] {
  if (found === undefined) return [`${path}: expected ${show(wanted)}, but it is not there`]
  if (isObject(wanted) && isObject(found)) {
    return Object.entries(wanted).flatMap(([name, value]) =>
      differences(value, found[name], `${path}.${name}`),
    )
  }
  if (Array.isArray(wanted) && Array.isArray(found) && wanted.length === found.length) {
    return wanted.flatMap((item, i) => differences(item, found[i], `${path}[${i}]`))
  }
  if (!isObject(wanted) && !Array.isArray(wanted) && wanted === found) return []
  return [`${path}: expected ${show(wanted)}, found ${show(found)}`]
}

function show(json: Json): string {
  return `${kindOf(json)} ${JSON.stringify(json)}`
}

function kindOf(json: Json): string {
  if (json === null) return 'nothing:'
  return Array.isArray(json) ? 'array' : typeof json
}

function isObject(json: Json): json is { readonly [key: string]: Json } {
  return typeof json === 'object' && json !== null && !Array.isArray(json)
}
