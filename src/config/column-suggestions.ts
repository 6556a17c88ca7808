import { jsonSchemas } from './json-schemas.ts'

/** Where the schema of a sync's file lies in a project, for its columns: below the folder of customerio.yml. */
export function suggestionsPath(sync: string): string {
  return `schemas/${sync}.schema.json`
}

/**
 * A JSON Schema for the file of one sync: what the package's schema says, and the columns of the sync's source suggested
 * wherever a column belongs. It refuses no name, since a source may have changed since.
 */
export function columnSuggestions(columns: readonly string[]): object {
  const schema: Node = {
    $comment: 'Written by "customerio-jobs lock", for completion in editors.',
    allOf: [{ $ref: '../node_modules/customerio-jobs/schemas/sync.schema.json' }],
  }
  for (const place of placesOfColumns()) {
    let node = schema
    for (const step of place) {
      node[step] ??= {}
      node = node[step] as Node
    }
    node.$ref = '#/$defs/column'
  }
  return { ...schema, $defs: { column: { examples: columns } } }
}

interface Node {
  [key: string]: unknown
}

/** Steps into a JSON Schema, such as `properties`, `source`, `properties`, `key`. */
type Place = readonly string[]

function placesOfColumns(): Place[] {
  const sync = jsonSchemas()['sync.schema.json'] as Node
  const defs = sync.$defs as Record<string, Node>
  const below = (node: Node, place: Place, known: readonly string[]): Place[] => {
    const name = String(node.$ref ?? '').replace('#/$defs/', '')
    if (name === 'column') return [place]
    // Fields hold fields: two levels of them are enough.
    if (known.filter((one) => one === name).length > 1) return []
    const def = defs[name]
    if (def !== undefined) return below(def, place, [...known, name])
    return [
      ...Object.entries((node.properties ?? {}) as Node).map(([key, one]) => [
        one,
        ['properties', key],
      ]),
      ...['items', 'additionalProperties'].map((key) => [node[key], [key]]),
      ...['anyOf', 'oneOf', 'allOf'].flatMap((key) =>
        ((node[key] ?? []) as Node[]).map((one) => [one, []]),
      ),
    ].flatMap(([one, steps]) =>
      typeof one === 'object' ? below(one as Node, [...place, ...(steps as string[])], known) : [],
    )
  }
  return below(sync, [], [])
}
