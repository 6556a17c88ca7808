import type { Parts } from '../src/sync/index.ts'
import type { Twin } from '../src/twin/index.ts'
import type { Checks } from './checks.ts'
import type { BundleCopy } from './cli-bundle.ts'
import type { Ended } from './run-program.ts'

/** What every check works with. */
export interface Stage {
  readonly checks: Checks
  readonly twin: Twin
  readonly parts: Parts
  readonly copy: BundleCopy
  /** The calls of the workspace so far, as `POST /api/…`. */
  readonly calls: string[]
  /** What the bundle's jobs are called, in their order. */
  readonly jobs: readonly string[]
  /** What the twin recorded. */
  deployed(): Deployed
  /** A file of the bundle, as it is in the workspace. */
  uploaded(file: string): Buffer
}

interface Deployed {
  readonly jobs?: Readonly<Record<string, { readonly settings?: JobSettings }>>
  readonly alerts?: Readonly<
    Record<string, { readonly schedule?: { readonly pause_status?: string } }>
  >
  readonly permissions?: Readonly<
    Record<string, { readonly access_control_list: readonly { permission_level: string }[] }>
  >
}

interface JobSettings {
  readonly name?: string
  readonly email_notifications?: { readonly on_failure?: readonly string[] }
}

/** A check that a command ended well and said what it should. */
export function good(checks: Checks, name: string, ended: Ended, word = /(?:)/): void {
  const isGood = ended.code === 0 && word.test(ended.output)
  checks.note(name, isGood ? undefined : said(ended))
}

/** How a command ended, for a check that failed. */
export function said({ code, output }: Ended): string {
  return `exit code ${code}, and it said:\n${output.slice(-3000)}`
}

/** What differs, or nothing. */
export function differs(found: unknown, wanted: unknown): string | undefined {
  const [one, other] = [JSON.stringify(found), JSON.stringify(wanted)]
  return one === other ? undefined : `${one} in place of ${other}`
}
