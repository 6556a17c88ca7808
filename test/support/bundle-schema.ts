import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js'
import { parse } from 'yaml'

// The publisher's own schema, kept outside the repository.
const file = new URL('../../../shared/reference/bundle.schema.json', import.meta.url)

/** True where the published schema of bundles is at hand. */
export const hasBundleSchema = existsSync(file)

/** What a title of a suite says where the schema is not at hand. */
export const bundleSchemaNote = hasBundleSchema ? '' : ' (skipped: ../shared/reference is not here)'

/** Checks bundles against the published schema; gives the deepest of the errors, or undefined. */
export function bundleCheck(): (bundle: unknown) => string | undefined {
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true })
  const isValid = ajv.compile(JSON.parse(readFileSync(file, 'utf8')))
  return (bundle) => {
    if (isValid(bundle) === true) return undefined
    // Whatever may be an object may be a reference too: "no text" says little.
    const errors = [...(isValid.errors ?? [])].filter(({ keyword }) => keyword !== 'type')
    const depth = ({ instancePath }: ErrorObject) => instancePath.split('/').length
    const [worst] = errors.sort((a, b) => depth(b) - depth(a))
    return `${worst?.instancePath} ${worst?.message} ${JSON.stringify(worst?.params)}`
  }
}

type Tree = { readonly [key: string]: unknown }

/** Files of a bundle as the Databricks CLI merges them: mappings into each other, anything else replaced. */
export function merged(texts: readonly string[]): Tree {
  const { include: _, ...whole } = texts.map((text) => parse(text) as Tree).reduce(merge, {})
  return whole
}

/** The bundle in a folder, with all that it includes. */
export function bundleIn(root: string): Tree {
  const main = readFileSync(`${root}/databricks.yml`, 'utf8')
  const { include } = parse(main) as { readonly include: readonly string[] }
  const files = include.flatMap((pattern) => {
    const folder = pattern.slice(0, pattern.lastIndexOf('/'))
    const names = readdirSync(`${root}/${folder}`).filter((name) => name.endsWith('.yml'))
    return names.map((name) => readFileSync(`${root}/${folder}/${name}`, 'utf8'))
  })
  return merged([main, ...files])
}

function merge(one: Tree, other: Tree): Tree {
  const entries = Object.entries(other).map(([key, value]) => {
    const before = one[key]
    return [key, isTree(before) && isTree(value) ? merge(before, value) : value]
  })
  return { ...one, ...Object.fromEntries(entries) }
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
