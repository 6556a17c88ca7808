/** One DER value: tag, length, content. The parts are joined. */
export function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts)
  return Buffer.concat([Buffer.from([tag, ...lengthOf(content.length)]), content])
}

/** SEQUENCE. */
export const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts)
/** SET. */
export const set = (...parts: readonly Uint8Array[]): Buffer => der(0x31, ...parts)
/** OCTET STRING. */
export const octets = (content: Uint8Array): Buffer => der(0x04, content)
/** BIT STRING of whole bytes, or of fewer bits in its last byte. */
export const bits = (content: Uint8Array, unused = 0): Buffer =>
  der(0x03, Buffer.from([unused]), content)
/** UTF8String. */
export const utf8 = (text: string): Buffer => der(0x0c, Buffer.from(text))
/** BOOLEAN true. */
export const yes: Buffer = der(0x01, Buffer.from([0xff]))

/** INTEGER, not negative, from big-endian bytes. */
export function integer(bytes: Uint8Array): Buffer {
  const sign = (bytes[0] ?? 0) >= 0x80 ? [0] : []
  return der(0x02, Buffer.from(sign), bytes)
}

/** OBJECT IDENTIFIER from its dotted form. */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const bytes = [first * 40 + second]
  for (const arc of rest) {
    const digits = [arc % 128]
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) {
      digits.unshift(128 + (left % 128))
    }
    bytes.push(...digits)
  }
  return der(0x06, Buffer.from(bytes))
}

/** A time as certificates write it (RFC 5280): two digits of the year before 2050, four from then on. */
export function time(timeMs: number): Buffer {
  const digits = new Date(timeMs).toISOString().replace(/\.\d+Z$|[-:T]/g, '')
  const isEarly = Number(digits.slice(0, 4)) < 2050
  return der(isEarly ? 0x17 : 0x18, Buffer.from(`${isEarly ? digits.slice(2) : digits}Z`))
}

function lengthOf(length: number): number[] {
  if (length < 128) return [length]
  const digits: number[] = []
  for (let left = length; left > 0; left = Math.floor(left / 256)) digits.unshift(left % 256)
  return [128 + digits.length, ...digits]
}
