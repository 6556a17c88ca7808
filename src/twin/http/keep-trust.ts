import { createPrivateKey, X509Certificate } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeTrust, type Trust } from './certificate.ts'

/** A trust and where its authority stands, for `NODE_EXTRA_CA_CERTS`. */
export interface KeptTrust extends Trust {
  readonly caFile: string
}

const leastLeftMs = 30 * 86_400_000

/**
 * The folder's trust: the one of an earlier start, so that clients keep theirs, or a new one when there is none, it
 * does not fit together, or it ends within 30 days. The key file is readable by its owner alone.
 */
export async function keepTrust(folder: string, now: number): Promise<KeptTrust> {
  const files = {
    ca: join(folder, 'ca.pem'),
    cert: join(folder, 'server.pem'),
    key: join(folder, 'server-key.pem'),
  }
  const kept = await readTrust(files)
  if (kept !== undefined && fits(kept, now)) return { ...kept, caFile: files.ca }
  const made = makeTrust(now)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await put(files.key, made.key, 0o600)
  await put(files.cert, made.cert, 0o644)
  await put(files.ca, made.ca, 0o644)
  return { ...made, caFile: files.ca }
}

async function readTrust(files: Record<keyof Trust, string>): Promise<Trust | undefined> {
  try {
    const [ca, cert, key] = await Promise.all([
      readFile(files.ca, 'utf8'),
      readFile(files.cert, 'utf8'),
      readFile(files.key, 'utf8'),
    ])
    return { ca, cert, key }
  } catch {
    return undefined
  }
}

function fits({ ca, cert, key }: Trust, now: number): boolean {
  try {
    const authority = new X509Certificate(ca)
    const server = new X509Certificate(cert)
    return (
      server.verify(authority.publicKey) &&
      server.checkPrivateKey(createPrivateKey(key)) &&
      Date.parse(server.validTo) - now > leastLeftMs
    )
  } catch {
    return false
  }
}

async function put(file: string, text: string, mode: number): Promise<void> {
  await writeFile(`${file}.new`, text, { mode })
  await rename(`${file}.new`, file)
}
