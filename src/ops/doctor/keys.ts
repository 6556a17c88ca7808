import { type DestinationSpec, type SecretRef, SyncError } from '../../core/index.ts'
import type { Destination } from '../../sync/index.ts'
import type { Check, Patient } from './check.ts'
import { type Finding, failed, failedBy, ok, skipped, warning } from './finding.ts'
import { refName } from './settings.ts'

/**
 * Whether every secret is there, and every key known where customerio.yml says. Customer.io has no call that asks; an
 * `identify` that names nobody is sent in strict mode. It lacks what the published schema requires, so it can create or
 * change nothing: it is refused for that (400) where the key is known, and for the key (401, 403) where not.
 */
export const keysCheck: Check = {
  name: 'keys',
  needs: ['settings', 'project'],
  async run(patient, before) {
    const { idSecret, destinations } = patient.parts.project
    const isUnknown = before.get('identity')?.some(({ health }) => health !== 'ok') === true
    const looked = (about: string, ref: SecretRef, look: () => Promise<Finding>) =>
      isUnknown && ref.kind === 'workspace' ? skipped('identity failed', about) : look()
    const findings = [
      await looked('message ids', idSecret, () => idSecretFinding(patient, 'message ids')),
    ]
    for (const spec of Object.values(destinations)) {
      findings.push(await looked(spec.name, spec.key, () => keyFinding(patient, spec)))
    }
    return findings
  },
}

async function idSecretFinding({ parts }: Patient, about: string): Promise<Finding> {
  const ref = parts.project.idSecret
  try {
    const secret = await parts.idSecret()
    return secret.trim() === ''
      ? failed(`${refName(ref)} is empty`, 'store 32 random bytes in it, once for good', about)
      : ok(`${refName(ref)} can be read`, about)
  } catch (error) {
    return failedBy(error, about, secretCure(error, ref))
  }
}

async function keyFinding({ parts, reach }: Patient, spec: DestinationSpec): Promise<Finding> {
  const about = spec.name
  const { host, isReached } = await reach(spec)
  let destination: Destination
  try {
    destination = await parts.destination(spec.name)
  } catch (error) {
    return failedBy(error, about, secretCure(error, spec.key))
  }
  if (!isReached) return skipped(`egress failed: ${host} cannot be asked`, about)
  return await askedFor(destination)
}

/** What the answer to an empty message says of the key. */
async function askedFor(destination: Destination): Promise<Finding> {
  const { name, region, key } = destination.spec
  const { status, text, verdict } = await destination.knock()
  if (status === 400) {
    return ok(`${refName(key)} (${destination.fingerprint()}) is known in region ${region}`, name)
  }
  if (verdict === 'unauthorized') return await refusedKey(destination, status)
  if (verdict === 'delivered') {
    return failed(
      'an empty message was accepted: strict mode is not in force, so losses would go unseen',
      'look for a proxy that drops the header X-Strict-Mode; send nothing until this is a 400',
      name,
    )
  }
  const said = `${text} (${status ?? 'no answer'})`
  return verdict === 'retry'
    ? warning(`the key could not be checked: ${said}`, 'run doctor again later', name)
    : failed(
        `the key could not be checked: ${said}`,
        'look for a proxy between here and Customer.io',
        name,
      )
}

async function refusedKey(destination: Destination, status: number | undefined): Promise<Finding> {
  const { name, region, key } = destination.spec
  const other = region === 'us' ? 'eu' : 'us'
  const isElsewhere = await destination.isKnownElsewhere()
  return isElsewhere
    ? failed(
        `the key is one of region ${other}, and customerio.yml says ${region}`,
        `write region: ${other} for ${name}, or take the key of a workspace in ${region}`,
        name,
        'REGION_MISMATCH',
      )
    : failed(
        `Customer.io does not know the key in ${refName(key)} (status ${status})`,
        'store the API key of the Customer.io API integration of that workspace in it, and nothing else',
        name,
        'UNAUTHORIZED',
      )
}

function secretCure(error: unknown, ref: SecretRef): string | undefined {
  const code = error instanceof SyncError ? error.code : ''
  if (ref.kind === 'env') {
    return code === 'SECRET_MISSING' ? `set ${ref.name} in the environment` : undefined
  }
  const { scope, key } = ref
  const cures: Readonly<Record<string, string>> = {
    SECRET_MISSING: `databricks secrets put-secret ${scope} ${key} (and create-scope ${scope} before, if it is new)`,
    PERMISSION_DENIED: `databricks secrets put-acl ${scope} <principal> READ`,
  }
  return cures[code]
}
