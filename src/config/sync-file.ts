import { readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import type { ChangesSpec, Problem, SendSpec, SyncSpec } from '../core/index.ts'
import { toBrakes, toCanary, toChecks } from './guard-schema.ts'
import { toProblems } from './issues.ts'
import type { Locks } from './lock-file.ts'
import { routeOf } from './route.ts'
import { toSend } from './send.ts'
import { syncProblems } from './sync-problems.ts'
import { SyncFile } from './sync-schema.ts'
import { expand, substitute } from './variables.ts'
import { parseYaml, type YamlFile } from './yaml-file.ts'

/** What a sync file needs to know of its project. */
export interface SyncContext {
  readonly root: string
  readonly vars: Readonly<Record<string, string>>
  readonly destinations: readonly string[]
  readonly objectTypes: Readonly<Record<string, number>>
  readonly locks: Locks
}

/** Reads one sync file; adds what is wrong with it to `problems` and gives nothing then. */
export function readSyncFile(
  file: string,
  context: SyncContext,
  problems: Problem[],
): SyncSpec | undefined {
  const yaml = parseYaml(relative(context.root, file), readFileSync(file, 'utf8'))
  if (yaml.problems.length > 0) {
    problems.push(...yaml.problems)
    return undefined
  }
  const before = problems.length
  const value = substitute(yaml.value, context.vars, yaml, problems)
  const parsed = SyncFile.safeParse(value)
  if (!parsed.success) {
    problems.push(...toProblems(yaml, SyncFile, parsed.error.issues))
    return undefined
  }
  const input = parsed.data
  const from = sourceOf(input, file, context, yaml, problems)
  const send = sendOf(input, context, yaml, problems)
  problems.push(...syncProblems(input, yaml))
  const lock = context.locks[input.sync]
  if (lock === undefined) problems.push(...unlocked(input, yaml))
  if (problems.length > before || from === undefined || send === undefined) return undefined
  return {
    name: input.sync,
    ...(input.renamed_from === undefined ? {} : { renamedFrom: input.renamed_from }),
    ...(input.owner === undefined ? {} : { owner: input.owner }),
    file: yaml.file,
    source: {
      from,
      key: typeof input.source.key === 'string' ? [input.source.key] : input.source.key,
      changes: changesOf(input),
      settleMs: input.source.settle,
      ...(input.source.start === undefined ? {} : { start: input.source.start }),
      ...(input.source.audit_key === undefined ? {} : { auditKey: input.source.audit_key }),
    },
    send,
    onDelete: input.on_delete ?? 'ignore',
    brakes: toBrakes(input.brakes),
    checks: toChecks(input.checks),
    ...toCanary(input.canary),
    keepPayload: input.keep_payload,
    tests: input.tests.map((test, i) => ({ ...test, path: ['tests', i] })),
    ...(lock === undefined ? {} : { lock }),
    at: yaml.at,
  }
}

/** What is new can be told only from what was there before. */
function unlocked({ sync, send }: SyncFile, yaml: YamlFile): Problem[] {
  if (!('columns' in send) || send.columns?.new !== 'hold') return []
  return [
    {
      ...yaml.at(['send', 'columns', 'new']),
      code: 'lock_missing',
      message: `customerio.lock.yml does not say which columns of ${sync} are not new`,
      suggestion: `run "customerio-jobs lock ${sync}" and commit the file`,
    },
  ]
}

function changesOf({ source: { changes } }: SyncFile): ChangesSpec {
  return typeof changes === 'string'
    ? { kind: changes }
    : { kind: 'cursor', column: changes.cursor, lagMs: changes.lag }
}

function sourceOf(
  { source }: SyncFile,
  file: string,
  context: SyncContext,
  yaml: YamlFile,
  problems: Problem[],
): SyncSpec['source']['from'] | undefined {
  if (source.table !== undefined) return { table: source.table }
  if (source.query !== undefined) return { query: source.query }
  const path = join(dirname(file), source.query_file ?? '')
  try {
    const text = readFileSync(path, 'utf8')
    return { query: expand(text, context.vars, yaml, problems, ['source', 'query_file']) }
  } catch {
    problems.push({
      ...yaml.at(['source', 'query_file']),
      code: 'query_file_missing',
      message: `${relative(context.root, path)} cannot be read`,
      suggestion: 'the path is relative to the sync file',
    })
    return undefined
  }
}

function sendOf(
  { send }: SyncFile,
  context: SyncContext,
  yaml: YamlFile,
  problems: Problem[],
): SendSpec | undefined {
  const to = routeOf(send.to, context.destinations, yaml, problems)
  if (to === undefined) return undefined
  return toSend(send, to, context.objectTypes, yaml, problems)
}
