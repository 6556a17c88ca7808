import { z } from 'zod'
import type { SecretRef } from '../core/index.ts'

/** A secret by reference: `secret://scope/key` in the workspace, or `env://NAME` in the environment. */
export const SecretReference = z
  .string()
  .regex(
    /^(secret:\/\/[\w.@-]+\/[\w.@-]+|env:\/\/\w+)$/,
    'a secret is named, never written down: secret://scope/key or env://NAME',
  )
  .describe('secret://scope/key in the workspace, or env://NAME in the environment')

/** The parsed form of a checked reference. */
export function parseSecretRef(text: string): SecretRef {
  const [kind, rest = ''] = text.split('://')
  if (kind === 'env') return { kind: 'env', name: rest }
  const [scope = '', key = ''] = rest.split('/')
  return { kind: 'workspace', scope, key }
}
