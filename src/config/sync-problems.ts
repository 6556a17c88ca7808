import { isEventCall, type Path, type Problem } from '../core/index.ts'
import type { SyncFile } from './sync-schema.ts'
import type { YamlFile } from './yaml-file.ts'

/** Parts of one sync file that are right by themselves and do not go together. */
export function syncProblems(file: SyncFile, yaml: YamlFile): Problem[] {
  return [
    ...startProblems(file, yaml),
    ...changesProblems(file, yaml),
    ...deleteProblems(file, yaml),
    ...personProblems(file, yaml),
    ...(file.renamed_from === file.sync
      ? [
          problem(yaml, ['renamed_from'], 'renamed_to_itself', {
            message: `"${file.sync}" is the name the sync has now`,
            suggestion: 'give the name it had before, or remove the line',
          }),
        ]
      : []),
  ]
}

function startProblems({ source, send }: SyncFile, yaml: YamlFile): Problem[] {
  if (isEventCall(send.call)) {
    if (source.start !== undefined) return []
    return [
      problem(yaml, ['source'], 'start_missing', {
        message: 'events are sent once, for ever: say from when on',
        suggestion: 'add start: all, start: now or start: <date> under source',
      }),
    ]
  }
  if (source.start === undefined) return []
  return [
    problem(yaml, ['source', 'start'], 'start_not_for_state', {
      message: `start is for events; ${send.call} sends the state a row has now`,
      suggestion: 'remove it',
    }),
  ]
}

function changesProblems({ source }: SyncFile, yaml: YamlFile): Problem[] {
  if (source.changes !== 'feed' || source.table !== undefined) return []
  return [
    problem(yaml, ['source', 'changes'], 'feed_on_query', {
      message: 'a query has no change feed, only a table has',
      suggestion: 'changes: auto',
    }),
  ]
}

/** What a call can do about rows that are gone; a call that is not here leaves everything as it is. */
const onDeleteOf: Readonly<Record<string, readonly string[]>> = {
  identify: ['ignore', 'clear', 'delete', 'suppress'],
  object: ['ignore', 'clear', 'delete'],
  device: ['ignore', 'delete'],
}

function deleteProblems(
  { source, send, on_delete: onDelete }: SyncFile,
  yaml: YamlFile,
): Problem[] {
  const found: Problem[] = []
  const possible = onDeleteOf[send.call] ?? []
  if (onDelete !== undefined && !possible.includes(onDelete)) {
    found.push(
      problem(yaml, ['on_delete'], 'on_delete_not_possible', {
        message:
          possible.length === 0
            ? `on_delete is for identify, object and device; what ${send.call} did stays`
            : `${send.call} cannot ${onDelete} what is gone`,
        suggestion: possible.length === 0 ? 'remove it' : possible.join(' or '),
      }),
    )
  }
  const movesAway = typeof send.to === 'object' && send.to.moved === 'delete_old'
  if (movesAway && !possible.includes('delete')) {
    found.push(
      problem(yaml, ['send', 'to', 'moved'], 'moved_delete_not_possible', {
        message: `moved: delete_old is for identify, object and device; what ${send.call} did stays`,
        suggestion: 'moved: stop or moved: keep_both',
      }),
    )
  }
  const takesAway = movesAway || (onDelete !== undefined && onDelete !== 'ignore')
  if (send.call === 'device' && takesAway && ![source.key].flat().includes(send.token)) {
    found.push(
      problem(yaml, ['source', 'key'], 'token_not_in_key', {
        message: 'to delete a device whose row is gone, its token must be known from the key',
        suggestion: `name ${send.token} among the columns of the key, or on_delete: ignore`,
      }),
    )
  }
  if (send.call === 'device' && takesAway && source.audit_key === 'hashed') {
    found.push(
      problem(yaml, ['source', 'audit_key'], 'audit_key_needed', {
        message: 'to delete a device whose row is gone, its token is taken from the key',
        suggestion: 'audit_key: plain, or on_delete: ignore',
      }),
    )
  }
  if (
    typeof source.changes === 'object' &&
    possible.length > 0 &&
    onDelete !== undefined &&
    onDelete !== 'ignore'
  ) {
    found.push(
      problem(yaml, ['on_delete'], 'on_delete_with_cursor', {
        message: 'a cursor cannot see which rows are gone',
        suggestion: 'on_delete: ignore, or changes: auto',
      }),
    )
  }
  return found
}

/** Only a report on a delivery is about nobody. */
function personProblems({ send }: SyncFile, yaml: YamlFile): Problem[] {
  if (send.call !== 'track' || send.person !== undefined) return []
  if (send.event === 'Report Delivery Event') return []
  return [
    problem(yaml, ['send'], 'person_missing', {
      message: 'an event is about somebody',
      suggestion: 'add person: { id: <column> }, { email: <column> } or { anonymous_id: <column> }',
    }),
  ]
}

function problem(
  yaml: YamlFile,
  path: Path,
  code: string,
  words: { readonly message: string; readonly suggestion: string },
): Problem {
  return { ...yaml.at(path), code, ...words }
}
