import { createHash } from 'node:crypto'
import type { ProjectSpec, SecretRef } from '../src/core/index.ts'

/** Secrets for a project on a twin of its own: made up, and the same at each look. */
export interface MadeUpSecrets {
  /** For the twin: scopes with keys. A twin knows the key of a region by its name in the scope `customerio`. */
  readonly scopes: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** For those that stand in the environment. */
  readonly environment: Readonly<Record<string, string>>
}

/** A value for every secret that the project names. */
export function secretsOf({ destinations, idSecret }: ProjectSpec): MadeUpSecrets {
  const scopes: Record<string, Record<string, string>> = {}
  const environment: Record<string, string> = {}
  const put = (ref: SecretRef, value: string) => {
    if (ref.kind === 'env') environment[ref.name] = value
    else scopes[ref.scope] = { ...scopes[ref.scope], [ref.key]: value }
  }
  put(idSecret, madeUp('ids'))
  for (const { name, region, key } of Object.values(destinations)) {
    put(key, madeUp(name))
    put({ kind: 'workspace', scope: 'customerio', key: `${region}-demo-${name}` }, madeUp(name))
  }
  return { scopes, environment }
}

/** Not secret, and not meant to be: nothing but a twin takes it. */
function madeUp(name: string): string {
  return createHash('sha256').update(`demo ${name}`).digest('hex').slice(0, 40)
}
