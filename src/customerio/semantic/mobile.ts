import { flag, known, text } from './shapes.ts'

/** The life of an app on a device (Pipelines API, schemas of 2025-06). */
export const mobile = {
  'Application Installed': known({ version: text, build: text }),
  'Application Opened': known({ from_background: flag, url: text, version: text, build: text }),
  'Application Updated': known({
    previous_version: text,
    previous_build: text,
    version: text,
    build: text,
  }),
  'Application Backgrounded': known({}),
  'Application Foregrounded': known({}),
  'Application Uninstalled': known({}),
  /** Free; the published examples have `url`. */
  'Application Crashed': known({ url: text }),
}

/**
 * Events that Customer.io reads as a device that is there, or that is gone: they need `context.device.token` and
 * `context.device.type`, and are not recorded as plain events (Segment's Customer.io destination, 2026-08).
 */
export const deviceEvents: ReadonlySet<string> = new Set([
  'Application Installed',
  'Application Opened',
  'Application Uninstalled',
])
