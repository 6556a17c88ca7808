import { eventRules } from './event-rules.ts'

/** Other names for an event: of older documents, of prose, of habit. Compared like everything here, by their stems. */
const aliases: Readonly<Record<string, string>> = {
  'Product Added to Cart': 'Product Added',
  'Added to Cart': 'Product Added',
  'Product Removed from Cart': 'Product Removed',
  'Removed from Cart': 'Product Removed',
  'Payment Info Updated': 'Payment Info Entered',
  'Wishlisted Item Added to Cart': 'Wishlist Product Added to Cart',
  'Email Clicked': 'Email Link Clicked',
  'Email Spam': 'Email Marked as Spam',
  'Person Deleted': 'User Deleted',
  'Person Suppressed': 'User Suppressed',
  'Person Unsuppressed': 'User Unsuppressed',
  'Group Deleted': 'Object Deleted',
  'Device Created': 'Device Created or Updated',
  'Device Updated': 'Device Created or Updated',
}

/** First words that mean another one. */
const firstWords: ReadonlyMap<string, string> = new Map([
  ['app', 'application'],
  ['video', 'video playback'],
])

const byStems = new Map(
  [
    ...Object.entries(aliases),
    ...Array.from(eventRules.keys(), (name) => [name, name] as const),
  ].map(([spelling, name]) => [stemsOf(wordsOf(spelling)), name]),
)

/**
 * The semantic event that a name nearly is: another case, underscores, another tense or order of its words, one slip
 * in a long word, or a known alias. Undefined for an exact name and for every name that is merely like one: an event
 * may be called anything.
 */
export function nearestEvent(name: string): string | undefined {
  if (eventRules.has(name.trim())) return undefined
  const words = wordsOf(name)
  const [first = '', ...rest] = words
  const other = firstWords.get(first)
  const readings = [words, ...(other === undefined ? [] : [[...other.split(' '), ...rest]])]
  for (const reading of readings) {
    const exact = byStems.get(stemsOf(reading))
    if (exact !== undefined) return exact
  }
  return [...eventRules.keys()].find((known) =>
    readings.some((reading) => isOneSlipAway(reading, wordsOf(known))),
  )
}

/** `order_completed`, `orderCompleted` and `Order  Completed` are the words order and completed. */
function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter((word) => word !== '')
}

function stemsOf(words: readonly string[]): string {
  return words.map(stemOf).sort().join(' ')
}

/** The part of a word that its tense and number leave alone: complete, completed, completes → complet. */
function stemOf(word: string): string {
  if (word === 'send' || word === 'sends') return 'sent'
  const bare = word.replace(/(y|ied|ies)$/, 'i').replace(/(ing|ed|es|s|e)$/, '')
  return bare.replace(/(?<=..)([b-df-hj-np-tv-z])\1$/, '$1')
}

/** True when one long word differs by one letter too many, too few, wrong or swapped, and the rest is equal. */
function isOneSlipAway(words: readonly string[], known: readonly string[]): boolean {
  if (words.length !== known.length) return false
  const different = known.flatMap((word, i) => (word === words[i] ? [] : [[word, words[i] ?? '']]))
  const [[right = '', wrong = ''] = []] = different
  return (
    different.length === 1 && right.length >= 6 && right[0] === wrong[0] && isSlip(right, wrong)
  )
}

function isSlip(right: string, wrong: string): boolean {
  let at = 0
  while (at < right.length && right[at] === wrong[at]) at++
  const [wanted, given] = [right.slice(at), wrong.slice(at)]
  const isMissing = given === wanted.slice(1)
  const isWrong = given.slice(1) === wanted.slice(1)
  const isTooMany = given.slice(1) === wanted
  const isSwapped = given === `${wanted.charAt(1)}${wanted.charAt(0)}${wanted.slice(2)}`
  return isMissing || isWrong || isTooMany || isSwapped
}
