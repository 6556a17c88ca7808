import { existsSync, readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'

// The publisher's own schema, kept outside the repository. Its alternatives overlap (a person with both ids is a
// known and an anonymous one), so "one of" is read as "any of"; everything else is taken at its word.
const file = new URL('../../../shared/reference/customerio-pipelines-openapi.json', import.meta.url)

/** True where the published schema is at hand. */
export const hasOpenApi = existsSync(file)

/** Checks messages against the published schema of their call; gives what is wrong, or undefined. */
export function openApiCheck(): (call: string, message: unknown) => string | undefined {
  const text = readFileSync(file, 'utf8').replaceAll('"oneOf":', '"anyOf":')
  const ajv = new Ajv2020({ strict: false })
  addFormats.default(ajv)
  ajv.addSchema(JSON.parse(text), 'api')
  return (call, message) => {
    const isValid = ajv.getSchema(`api#/components/schemas/${call}`)
    if (isValid === undefined) return `there is no schema of "${call}"`
    return isValid(message) === true ? undefined : ajv.errorsText(isValid.errors)
  }
}

/** A schema of the published ones by its name, as it is written there. */
export function openApiSchema(name: string): PublishedSchema | undefined {
  const api = JSON.parse(readFileSync(file, 'utf8')) as {
    components: { schemas: Record<string, PublishedSchema> }
  }
  return api.components.schemas[name]
}

/** The part of a published schema that tests read. */
export interface PublishedSchema {
  readonly type?: string
  readonly enum?: readonly string[]
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, PublishedSchema>>
}
