/*
 * A commit's time is the time of its file. Delta's own readers cut it to milliseconds and never round, and seconds
 * as a floating-point number fall a little short of the millisecond they mean: without care, every other engine
 * reads a commit one millisecond early, or we read theirs one late.
 */

/** The seconds to set so that cutting the file's time to milliseconds gives `timestamp` again. */
export function toFileTime(timestamp: number): number {
  return (timestamp + 0.25) / 1000
}

/** The time of a file, in whole milliseconds since the epoch. */
export function fromFileTime({ mtimeMs }: { readonly mtimeMs: number }): number {
  return Math.floor(mtimeMs)
}
