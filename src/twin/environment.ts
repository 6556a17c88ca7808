import { env } from 'node:process'
import type { KeptTrust } from './http/index.ts'
import type { Identity } from './identity.ts'

/** Where the twin is. */
export interface Origins {
  readonly workspace: string
  readonly us: string
  readonly eu: string
}

/** The variables a process of the product needs to find the twin, and to trust it. */
export function environmentOf(
  { workspace, us, eu }: Origins,
  { warehouseId, clientId, clientSecret }: Identity,
  { caFile }: KeptTrust,
): Readonly<Record<string, string>> {
  return {
    DATABRICKS_HOST: workspace,
    DATABRICKS_WAREHOUSE_ID: warehouseId,
    DATABRICKS_CLIENT_ID: clientId,
    DATABRICKS_CLIENT_SECRET: clientSecret,
    CUSTOMERIO_URL_US: `${us}/v1`,
    CUSTOMERIO_URL_EU: `${eu}/v1`,
    NODE_EXTRA_CA_CERTS: caFile,
  }
}

/**
 * The whole environment of a job's task: who it runs as, where Customer.io is, whom to trust, and of this process's
 * own only what programs need to run at all. The warehouse is for the job to name.
 */
export function taskEnvironment(
  origins: Origins,
  identity: Identity,
  trust: KeptTrust,
): Readonly<Record<string, string>> {
  const { DATABRICKS_WAREHOUSE_ID, ...found } = environmentOf(origins, identity, trust)
  const inherited = ['PATH', 'HOME', 'LANG', 'TMPDIR'].flatMap((name) => {
    const value = env[name]
    return value === undefined ? [] : [[name, value]]
  })
  return {
    ...Object.fromEntries(inherited),
    ...found,
    // What Python's clients trust: requests, and the standard library.
    REQUESTS_CA_BUNDLE: trust.caFile,
    SSL_CERT_FILE: trust.caFile,
    PYTHONDONTWRITEBYTECODE: '1',
  }
}
