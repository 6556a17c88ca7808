import type { Json } from '../core/index.ts'
import { isTimeType } from './guess.ts'

/** Names that Customer.io keeps for itself on people. */
const reserved = ['cio_id', 'anonymous_id']

/** A field of the file for one column, or a comment that says why there is none. */
export function fieldLine(column: string, type: string, tag: string | undefined): string {
  if (/^(BINARY|INTERVAL|VOID|GEOGRAPHY|GEOMETRY)/i.test(type))
    return `    # ${column}: ${type} cannot be sent`
  if (reserved.includes(column)) return `    # ${column}: a name that Customer.io keeps for itself`
  const name = plain(column)
  if (tag !== undefined)
    return `    ${name}: { column: ${name}, mask: sha256 } # tagged ${tag}; allow_pii sends it as it is`
  if (isTimeType(type)) return `    ${name}: { column: ${name}, as: unix }`
  if (/^VARIANT/i.test(type)) return `    ${name}: { column: ${name}, as: json }`
  return `    ${name}: ${name}`
}

/** A text as YAML, quoted where it must be. */
export function plain(text: string): string {
  const isPlain =
    /^[A-Za-z_][\w ]*$/.test(text) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text)
  return isPlain && !text.endsWith(' ') ? text : JSON.stringify(text)
}

/** A row in one line of YAML. */
export function flow(row: Readonly<Record<string, Json>>): string {
  const members = Object.entries(row).map(
    ([name, value]) =>
      `${plain(name)}: ${typeof value === 'string' ? plain(value) : String(value)}`,
  )
  return `{ ${members.join(', ')} }`
}
