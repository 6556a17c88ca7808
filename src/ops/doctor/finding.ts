import { isError, SyncError } from '../../core/index.ts'

/** How a check ended: it is fine, it may bite, it must be mended first, or it could not be made. */
export type Health = 'ok' | 'warning' | 'failed' | 'skipped'

/** One thing that a check has found. */
export interface Finding {
  readonly health: Health
  /** What it is about, where a check looks at several things: a setting, a sync, a destination. */
  readonly about?: string
  /** What was found, in one sentence; never a value of a secret. */
  readonly found: string
  /** What to do about it; always there where it failed. */
  readonly cure?: string
  /** The stable code behind a failure, see docs/errors.md. */
  readonly code?: string
}

/** All is well. */
export function ok(found: string, about?: string): Finding {
  return { health: 'ok', ...aboutOf(about), found }
}

/** It may bite. */
export function warning(found: string, cure: string, about?: string): Finding {
  return { health: 'warning', ...aboutOf(about), found, cure }
}

/** It must be mended first. */
export function failed(found: string, cure: string, about?: string, code?: string): Finding {
  const more = code === undefined ? {} : { code }
  return { health: 'failed', ...aboutOf(about), found, cure, ...more }
}

/** It could not be looked at. */
export function skipped(because: string, about?: string): Finding {
  return { health: 'skipped', ...aboutOf(about), found: `skipped: ${because}` }
}

/**
 * A failure as a finding. The product's own errors say what happened, then, behind a semicolon, what to do; `cure` is for
 * where the check knows better.
 */
export function failedBy(error: unknown, about?: string, cure?: string): Finding {
  if (!(error instanceof SyncError)) {
    const said = isError(error) ? error.message : String(error)
    return failed(said, cure ?? 'this is not expected: run again with --verbose', about)
  }
  const [found = '', ...advice] = error.message.split('; ')
  const own = advice.join('; ') || `look ${error.code} up in docs/errors.md`
  if (cure === undefined) return failed(found, own, about, error.code)
  // Errors of statements end in a state and, in parentheses, advice that is not as good.
  return failed(found.replace(/\s*SQLSTATE: \w+( \(.*\))?$/s, ''), cure, about, error.code)
}

function aboutOf(about: string | undefined): { readonly about?: string } {
  return about === undefined ? {} : { about }
}
