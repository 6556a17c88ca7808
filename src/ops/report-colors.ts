import type { Fate } from './report.ts'

/** The colour of a fate, in every plot; each can be told from the others on light and on dark ground. */
export const fateColors: Readonly<Record<Fate, string>> = {
  delivered: '#2f8f6b',
  unchanged: '#8fb8a8',
  held: '#b9a45f',
  ignored: '#a9a595',
  invalid: '#e0a23b',
  rejected: '#c9503f',
  undelivered: '#8f5aa0',
  pending: '#5b7fb8',
}
