import { z } from 'zod'
import { closest, type Path, type Problem } from '../core/index.ts'
import type { YamlFile } from './yaml-file.ts'

type Issue = z.core.$ZodIssue

/** Every zod issue as a problem with its line, what was found and what would do. */
export function toProblems(file: YamlFile, schema: z.ZodType, issues: readonly Issue[]): Problem[] {
  return issues.flatMap((issue) => problemsOf(file, schema, issue, []))
}

function problemsOf(file: YamlFile, schema: z.ZodType, issue: Issue, above: Path): Problem[] {
  const path = [...above, ...(issue.path as (string | number)[])]
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    // Of all the shapes that would do, tell about the one that came closest: it got deepest before it failed.
    const nearest = issue.errors.reduce((a, b) => (depth(b) > depth(a) ? b : a))
    return nearest.flatMap((inner) => problemsOf(file, schema, inner, path))
  }
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, path)
    return issue.keys.map((key) => {
      const near = closest(key, known)
      return {
        ...file.keyAt([...path, key]),
        code: 'unknown_key',
        message: `"${key}" is not a key here`,
        ...hint(
          near === undefined
            ? known.length > 0 && `known: ${known.join(', ')}`
            : `did you mean "${near}"?`,
        ),
      }
    })
  }
  const name = path.length === 0 ? 'the file' : path.join('.')
  return [{ ...file.at(path), code: issue.code, message: `${name}: ${issue.message}` }]
}

function hint(suggestion: string | false): { suggestion?: string } {
  return suggestion === false ? {} : { suggestion }
}

/** How far into the value a branch of a union got: more steps first, an unknown key beats a wrong type. */
function depth(issues: readonly Issue[]): number {
  return Math.max(
    ...issues.map(
      (issue) =>
        issue.path.length * 2 + (issue.code === 'invalid_type' && issue.path.length === 0 ? 0 : 1),
    ),
  )
}

/** The keys that the schema knows at `path`, over all its alternatives. */
function keysAt(schema: z.ZodType, path: Path): string[] {
  const root = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema
  let at: JsonSchema[] = expand(root, root)
  for (const step of path) {
    at = at.flatMap((node) => {
      const next =
        typeof step === 'number'
          ? (node.items as JsonSchema | undefined)
          : (node.properties?.[step] ?? asSchema(node.additionalProperties))
      return next === undefined ? [] : expand(next, root)
    })
  }
  return [...new Set(at.flatMap((node) => Object.keys(node.properties ?? {})))]
}

interface JsonSchema {
  $ref?: string
  $defs?: Record<string, JsonSchema>
  anyOf?: JsonSchema[]
  oneOf?: JsonSchema[]
  allOf?: JsonSchema[]
  properties?: Record<string, JsonSchema>
  additionalProperties?: boolean | JsonSchema
  items?: unknown
}

function asSchema(value: boolean | JsonSchema | undefined): JsonSchema | undefined {
  return typeof value === 'object' ? value : undefined
}

/** A schema node with references followed and alternatives spread out. */
function expand(node: JsonSchema, root: JsonSchema): JsonSchema[] {
  if (node.$ref === '#') return expand(root, root)
  if (node.$ref !== undefined) {
    const target = root.$defs?.[node.$ref.replace('#/$defs/', '')]
    return target === undefined ? [] : expand(target, root)
  }
  const alternatives = [...(node.anyOf ?? []), ...(node.oneOf ?? []), ...(node.allOf ?? [])]
  return alternatives.length === 0 ? [node] : alternatives.flatMap((inner) => expand(inner, root))
}
