import { validateAgainstSources } from '../validate.ts'
import type { Check } from './check.ts'
import { type Finding, failed, ok, skipped, warning } from './finding.ts'

/** Whether every sync compiles against the columns that its source has now, as `validate` does. */
export const syncsCheck: Check = {
  name: 'syncs',
  needs: ['warehouse'],
  async run({ parts: { warehouse, project } }, before) {
    const unread = new Set(
      (before.get('sources') ?? []).flatMap(({ health, about }) =>
        health === 'failed' && about !== undefined ? [about] : [],
      ),
    )
    const isControlMissing = before.get('control')?.[0]?.health === 'failed'
    const readable = project.syncs.filter(
      ({ name, outbox }) => !unread.has(name) && (outbox === undefined || !isControlMissing),
    )
    const checks = await validateAgainstSources(warehouse, { ...project, syncs: readable })
    const good = checks.filter(({ problems }) => problems.length === 0).length
    const left = project.syncs.filter((sync) => !readable.includes(sync))
    return [
      ...(good > 0 || project.syncs.length === 0
        ? [ok(`${good} of ${project.syncs.length} syncs fit the columns of their sources`)]
        : []),
      ...checks.flatMap(({ sync, problems, warnings }): Finding[] => [
        ...problems.map((problem) => failed(problem, 'mend the sync file', sync, 'CONFIG_INVALID')),
        ...warnings.map((text) => warning(text, 'mend the sync file, or leave it', sync)),
      ]),
      ...left.map(({ name }) => skipped('its source cannot be read', name)),
    ]
  },
}
