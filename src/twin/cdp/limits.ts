/** Largest single message, in bytes: the documented 32 KB, read as 32,000. */
export const maxMessageBytes = 32_000

/** Largest body of any request, in bytes: the documented 500 KB, read as 500,000. */
export const maxBodyBytes = 500_000

/** Longest userId, anonymousId, previousId and groupId, in bytes. */
export const maxIdBytes = 150

/** Longest event name, in bytes, after its outer spaces are gone. */
export const maxEventNameBytes = 100

/** Longest attribute name, in bytes; a longer one fails in the workspace. */
export const maxAttributeNameBytes = 150

/** Largest attribute value, in bytes: of the text, or of the JSON of anything else. */
export const maxAttributeBytes = 1000

/** Most attributes of one call, and of one person, object or relationship. */
export const maxAttributes = 300

/** Names and values of all attributes of one object or relationship, in bytes. */
export const maxObjectBytes = 100_000

/** Deepest nesting the twin reads; Customer.io documents none, and no honest message comes near it. */
export const maxDepth = 500

/** True when `text` is longer than `maxBytes` in UTF-8. */
export function isOver(text: string, maxBytes: number): boolean {
  // A UTF-16 unit takes at most three bytes: most texts need no counting.
  return text.length * 3 > maxBytes && Buffer.byteLength(text) > maxBytes
}
