import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls'

const contexts = new Map<string, SecureContext>()

/**
 * TLS settings that trust the usual authorities and one more, given in PEM; nothing special without one. Made once for
 * each: reading all root certificates takes tens of milliseconds, which every connection would pay.
 */
export function trusting(ca: string | undefined): { readonly secureContext?: SecureContext } {
  if (ca === undefined) return {}
  const known = contexts.get(ca)
  const secureContext = known ?? createSecureContext({ ca: [...rootCertificates, ca] })
  contexts.set(ca, secureContext)
  return { secureContext }
}
