import type { Path, Problem } from '../core/index.ts'
import type { SyncFile } from './sync-schema.ts'
import type { YamlFile } from './yaml-file.ts'

/** Parts of one sync file that are right by themselves and do not go together. */
export function syncProblems(file: SyncFile, yaml: YamlFile): Problem[] {
  return [
    ...startProblems(file, yaml),
    ...changesProblems(file, yaml),
    ...deleteProblems(file, yaml),
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
  if (send.call === 'track') {
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

function deleteProblems(
  { source, send, on_delete: onDelete }: SyncFile,
  yaml: YamlFile,
): Problem[] {
  const found: Problem[] = []
  if (send.call === 'track' && onDelete !== undefined) {
    found.push(
      problem(yaml, ['on_delete'], 'on_delete_not_for_events', {
        message: 'on_delete is for identify; an event that was sent stays',
        suggestion: 'remove it',
      }),
    )
  }
  if (send.call === 'track' && typeof send.to === 'object' && send.to.moved === 'delete_old') {
    found.push(
      problem(yaml, ['send', 'to', 'moved'], 'moved_delete_not_for_events', {
        message: 'moved: delete_old is for identify; an event that was sent stays',
        suggestion: 'moved: stop or moved: keep_both',
      }),
    )
  }
  if (
    typeof source.changes === 'object' &&
    send.call !== 'track' &&
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

function problem(
  yaml: YamlFile,
  path: Path,
  code: string,
  words: { readonly message: string; readonly suggestion: string },
): Problem {
  return { ...yaml.at(path), code, ...words }
}
