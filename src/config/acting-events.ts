import type { Place, Problem } from '../core/index.ts'
import type { SyncFile } from './sync-schema.ts'
import type { YamlFile } from './yaml-file.ts'

/**
 * Event names on which Customer.io acts instead of recording them: people, devices and objects are changed, deleted or
 * blocked, some of it for good (Data Pipelines API, semantic events). An ordinary `track` never sends them.
 */
const actingEvents: ReadonlySet<string> = new Set([
  'User Deleted',
  'User Suppressed',
  'User Unsuppressed',
  'Device Created or Updated',
  'Device Deleted',
  'Object Deleted',
  'Relationship Deleted',
  'Report Delivery Event',
  'Report Content Event',
  'Application Installed',
  'Application Opened',
  'Application Uninstalled',
])

/** Every acting event that a sync would send as an ordinary one. Outer spaces are trimmed by Customer.io. */
export function actingEventProblems({ send }: SyncFile, yaml: YamlFile): Problem[] {
  if (send.call !== 'track') return []
  const named: { name: string; at: Place }[] =
    typeof send.event === 'string'
      ? [{ name: send.event, at: yaml.at(['send', 'event']) }]
      : send.event.allow.map((name, i) => ({ name, at: yaml.at(['send', 'event', 'allow', i]) }))
  return named
    .filter(({ name }) => actingEvents.has(name.trim()))
    .map(({ name, at }) => ({
      ...at,
      code: 'acting_event',
      message: `Customer.io does not record "${name.trim()}", it acts on it`,
      suggestion: 'send an event of another name',
    }))
}
