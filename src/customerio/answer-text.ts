import { z } from 'zod'

/*
 * Error texts of the API may quote what was sent. Only words that are in the vocabulary below leave this file, so no
 * value can; everything else becomes `…`.
 */

const ErrorBody = z.union([
  z
    .object({ meta: z.object({ errors: z.array(z.string()) }) })
    .transform(({ meta }) => meta.errors),
  z
    .object({ errors: z.array(z.object({ field: z.string().optional(), message: z.string() })) })
    .transform(({ errors }) => errors.map(({ field = '', message }) => `${field} ${message}`)),
])

/** What an error body says, without any value: how many errors, and their known words. Empty when it says nothing. */
export function describeErrors(body: string): string {
  const errors = parse(body)
  if (errors === undefined) return ''
  const shapes = [...new Set(errors.slice(0, 20).map(knownWords))].slice(0, 3)
  return `${errors.length} ${errors.length === 1 ? 'error' : 'errors'}: ${shapes.join('; ')}`
}

function parse(body: string): string[] | undefined {
  try {
    return ErrorBody.safeParse(JSON.parse(body)).data
  } catch {
    return undefined // not JSON: a proxy's page, perhaps
  }
}

function knownWords(error: string): string {
  const words = error.slice(0, 500).split(/[^A-Za-z_]+/)
  const kept = words.map((word) => (vocabulary.has(word.toLowerCase()) ? word : '…'))
  return kept
    .join(' ')
    .replace(/…( …)+/g, '…')
    .slice(0, 200)
}

const vocabulary = new Set(
  `userid anonymousid groupid previousid messageid timestamp originaltimestamp sentat type event name traits properties
  context integrations batch objectid objecttypeid object_type_id relationshipattributes relationship device token
  platform email identify track page screen group alias message item items request body json payload array object
  string number boolean integer null key value field fields attribute attributes
  createdat userid useragent ip locale campaign page app os network cio_subscription_preferences topics channels
  iso date time offset
  a an and any are as at be by cannot could empty exceed exceeded exceeds expected format found got greater has have in
  incorrect invalid is large least length less limit long longer malformed many may maximum minimum missing more most
  must no non not of one only or parse required should size than the this to too unable unexpected unknown unsupported
  valid with without bytes kb characters`
    .split(/\s+/)
    .filter((word) => word !== ''),
)
