import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { bits, der, integer, octets, oid, sequence, set, time, utf8, yes } from './der.ts'

/** A certificate for loopback and the authority that vouches for it, in PEM. */
export interface Trust {
  /** What clients must trust. Its private key is thrown away, so that it can never vouch for anything else. */
  readonly ca: string
  readonly cert: string
  readonly key: string
}

const dayMs = 86_400_000
const ecdsaSha256 = sequence(oid('1.2.840.10045.4.3.2'))

/**
 * Makes a trust of its own for `localhost`, `127.0.0.1` and `::1`: an authority and a server certificate (EC P-256),
 * valid from a day before `now` for ten years.
 */
export function makeTrust(now: number): Trust {
  const authority = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const server = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const authorityName = name('customerio-jobs twin, this folder only')
  const signed = (subject: Buffer, key: KeyObject, extensions: readonly Buffer[]) =>
    certificate({
      issuer: authorityName,
      subject,
      key,
      extensions,
      now,
      signer: authority.privateKey,
    })
  return {
    ca: signed(authorityName, authority.publicKey, [
      extension('2.5.29.19', true, sequence(yes)),
      extension('2.5.29.15', true, bits(Buffer.from([0b0000_0110]), 1)), // keyCertSign, cRLSign
      extension('2.5.29.14', false, octets(keyId(authority.publicKey))),
    ]),
    cert: signed(name('localhost'), server.publicKey, [
      extension('2.5.29.19', true, sequence()),
      extension('2.5.29.15', true, bits(Buffer.from([0b1000_0000]), 7)), // digitalSignature
      extension('2.5.29.37', false, sequence(oid('1.3.6.1.5.5.7.3.1'))), // serverAuth
      extension('2.5.29.14', false, octets(keyId(server.publicKey))),
      extension('2.5.29.35', false, sequence(der(0x80, keyId(authority.publicKey)))),
      extension('2.5.29.17', false, loopbackNames),
    ]),
    key: server.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}

const loopbackNames = sequence(
  der(0x82, Buffer.from('localhost')),
  der(0x87, Buffer.from([127, 0, 0, 1])),
  der(0x87, Buffer.from([...Array(15).fill(0), 1])),
)

interface Contents {
  readonly issuer: Buffer
  readonly subject: Buffer
  readonly key: KeyObject
  readonly extensions: readonly Buffer[]
  readonly now: number
  readonly signer: KeyObject
}

/** RFC 5280, section 4.1. */
function certificate({ issuer, subject, key, extensions, now, signer }: Contents): string {
  const contents = sequence(
    der(0xa0, integer(Buffer.from([2]))), // version 3
    integer(Buffer.concat([Buffer.from([0x40]), randomBytes(15)])),
    ecdsaSha256,
    issuer,
    sequence(time(now - dayMs), time(now + 3652 * dayMs)),
    subject,
    spki(key),
    der(0xa3, sequence(...extensions)),
  )
  const whole = sequence(contents, ecdsaSha256, bits(sign('sha256', contents, signer)))
  const lines = whole.toString('base64').replace(/.{64}(?=.)/g, '$&\n')
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`
}

function name(commonName: string): Buffer {
  return sequence(set(sequence(oid('2.5.4.3'), utf8(commonName))))
}

function extension(id: string, isCritical: boolean, value: Buffer): Buffer {
  return sequence(oid(id), ...(isCritical ? [yes] : []), octets(value))
}

function spki(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' })
}

/** The public point (the last 65 bytes on this curve), hashed as RFC 5280, section 4.2.1.2 has it. */
function keyId(key: KeyObject): Buffer {
  return createHash('sha1').update(spki(key).subarray(-65)).digest()
}
