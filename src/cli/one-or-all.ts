import { ConfigError } from '../core/index.ts'

/** The sync that a command names, null for `--all`. Throws ConfigError NOTHING_NAMED for neither, and for both. */
export function oneOrAll(
  verb: string,
  { sync, all }: { readonly sync: string | undefined; readonly all: boolean },
): string | null {
  if ((sync === undefined) === all) return sync ?? null
  throw new ConfigError('NOTHING_NAMED', `name the sync to ${verb}, or give --all`)
}
