import { X509Certificate } from 'node:crypto'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { codesOf } from '../../../src/core/index.ts'
import { makeTrust } from '../../../src/twin/http/certificate.ts'
import { keepTrust, noFaults, type Served, serve } from '../../../src/twin/http/index.ts'
import { always, ask, clientOf, openDoor } from './doors.ts'

const now = Date.now()
const dayMs = 86_400_000
const trust = makeTrust(now)

describe('the certificate', () => {
  const authority = new X509Certificate(trust.ca)
  const server = new X509Certificate(trust.cert)

  it('is signed by its own authority, for loopback names only', () => {
    expect(server.verify(authority.publicKey)).toBe(true)
    expect(server.checkIssued(authority)).toBe(true)
    expect(authority.ca).toBe(true)
    expect(server.ca).toBe(false)
    expect(server.subjectAltName).toBe(
      'DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1',
    )
  })

  it('holds from a day ago for ten years', () => {
    const seconds = (ms: number) => Math.floor(ms / 1000)
    expect(seconds(Date.parse(server.validFrom))).toBe(seconds(now - dayMs))
    expect(seconds(Date.parse(server.validTo))).toBe(seconds(now + 3652 * dayMs))
  })

  it('keeps its dates beyond 2050', () => {
    const late = new X509Certificate(makeTrust(Date.UTC(2045, 0, 1)).cert)
    expect(new Date(late.validTo).getUTCFullYear()).toBe(2055)
  })
})

describe('serving over TLS', () => {
  let served: Served
  let fault = noFaults
  const door = openDoor(() => ({ status: 200, body: 'x'.repeat(1000) }))

  beforeAll(async () => {
    const faults = { decide: (call: Parameters<typeof noFaults.decide>[0]) => fault.decide(call) }
    served = await serve({ address: 'us', doors: [door], port: 0, tls: trust, faults })
  })
  afterAll(() => served.close(0))

  it('is trusted by a client that has the authority, by name and by address', async () => {
    const client = clientOf(trust.ca)
    expect((await ask(client, served.origin)).status).toBe(200)
    expect((await ask(client, `https://127.0.0.1:${served.port}`)).status).toBe(200)
  })

  it('is refused by a client that does not have it', async () => {
    expect(await ask(clientOf(), served.origin).catch(codesOf)).toContain(
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    )
  })

  it('is refused by a client that has another folder’s authority', async () => {
    const stranger = clientOf(makeTrust(now).ca)
    await expect(ask(stranger, served.origin)).rejects.toThrow()
  })

  it('resets the TCP connection under TLS', async () => {
    fault = always({ reset: 'before' })
    const codes = await ask(clientOf(trust.ca), served.origin).catch(codesOf)
    fault = noFaults
    expect(codes).toContain('ECONNRESET')
  })

  it('truncates under TLS', async () => {
    fault = always({ truncate: true })
    const codes = await ask(clientOf(trust.ca), served.origin).catch(codesOf)
    fault = noFaults
    expect(codes).toContain('UND_ERR_SOCKET')
  })
})

describe('the trust of a folder', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'twin-tls-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('stays the same over restarts, with a key only its owner reads', async () => {
    const first = await keepTrust(folder, now)
    const second = await keepTrust(folder, now)

    expect(second).toEqual(first)
    expect(await readFile(first.caFile, 'utf8')).toBe(first.ca)
    expect((await stat(join(folder, 'server-key.pem'))).mode & 0o777).toBe(0o600)
  })

  it('is made anew when it ends within 30 days, and when its files do not fit together', async () => {
    const first = await keepTrust(folder, now)
    const later = await keepTrust(folder, now + 3640 * dayMs)
    expect(later.ca).not.toBe(first.ca)

    await writeFile(join(folder, 'ca.pem'), first.ca)
    const healed = await keepTrust(folder, now + 3640 * dayMs)
    expect([first.ca, later.ca]).not.toContain(healed.ca)
  })
})
