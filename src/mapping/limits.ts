/**
 * The longest person id in UTF-8 bytes. Source: Customer.io's Track API reference, which is what a workspace
 * applies to people that arrive through Data Pipelines.
 */
export const maxIdentifierBytes = 150

/** The longest event name in UTF-8 bytes. Source: as for {@link maxIdentifierBytes}. */
export const maxEventBytes = 100

/** The longest name of an attribute in UTF-8 bytes, of people, objects and relationships. Source: as above. */
export const maxAttributeNameBytes = 150

/** The longest value of an attribute in UTF-8 bytes; of a nested one, its JSON. Source: as above. */
export const maxAttributeBytes = 1000

/** Attributes of one message. Source: as above. */
export const maxAttributes = 300

/** The largest message in bytes: the documented 32 KB of the Pipelines API, read with care. */
export const maxMessageBytes = 32_000

/** What a value under `mask: redact` becomes. */
export const redacted = '[redacted]'

/** Partitions a mapping keeps apart; the values after that share the last one. */
export const maxPartitions = 65_536

/** The name of the partition that values beyond {@link maxPartitions} share. */
export const otherPartition = '(other)'

/** The longest beginning of a text that has at most so many bytes, without half a character at its end. */
export function shortened(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text)
  if (bytes.length <= maxBytes) return text
  let end = maxBytes
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end--
  return bytes.toString('utf8', 0, end)
}
