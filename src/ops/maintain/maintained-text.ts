import { count, many, size } from '../figures.ts'
import { table } from '../summary.ts'
import type { Maintained } from './maintain.ts'

/** What a person reads after maintenance: every number, what stays and why, and what is left to do by hand. */
export function maintainedText(done: Maintained): string[] {
  const { control, dryRun, migrated, parts, vacuum } = done
  const columns = `of an earlier version ${dryRun ? 'would get' : 'got'} new columns`
  return [
    dryRun
      ? `${control}: this is what would be done; nothing was changed`
      : `${control} is maintained`,
    ...(migrated === 0 ? [] : [`${many(migrated, 'table')} ${columns}`]),
    '',
    ...removedTable(done),
    '',
    `parts that are loaded: ${many(parts.files, 'file')}, ${size(parts.bytes)}, ${many(parts.folders, 'folder')}`,
    ...keptText(done),
    '',
    ...filesTable(done),
    '',
    vacuum.isDone ? 'Run:' : 'Worth running, in the SQL editor, or with --vacuum:',
    ...vacuum.statements.map((statement) => `  ${statement};`),
    ...(vacuum.isDone ? [] : [vacuum.why]),
  ]
}

function removedTable({
  dryRun,
  outcomes,
  rows,
  holds,
  payloads,
  outbox,
  snapshots,
}: Maintained): string[] {
  return table([
    [dryRun ? 'would be removed' : 'removed', 'from', 'windows', 'rows'],
    ...[outcomes, ...rows].map((one) => [
      'rows past their time',
      one.table,
      count(one.windows),
      count(one.rows),
    ]),
    ['payloads past their time', 'outcome_log', '', count(payloads)],
    ['calls that were made', 'outbox', '', count(outbox)],
    ['holds that ended', 'holds', '', count(holds)],
    ['snapshots', 'the schema', count(snapshots.dropped.length), ''],
  ])
}

/** What stays although it is old, and why. */
function keptText({ outcomes, parts, snapshots }: Maintained): string[] {
  const { inUse, notInLedger } = outcomes
  const lines: readonly [number, string][] = [
    [
      inUse,
      `${pastTheirTime(inUse)}: ${inUse === 1 ? 'its sync has' : 'their syncs have'} an open window that may read them`,
    ],
    [
      notInLedger,
      `${pastTheirTime(notInLedger)}: the ledger does not know all that they, or older ones, delivered`,
    ],
    [
      parts.notLoaded,
      `${many(parts.notLoaded, 'part')} of closed windows stay: no row of them is in a table; a run that lost its lease may have written them late`,
    ],
    [
      snapshots.kept,
      `${many(snapshots.kept, 'snapshot')} stay: an open window reads them, or one is being opened`,
    ],
  ]
  return lines.flatMap(([how, line]) => (how === 0 ? [] : [line]))
}

function pastTheirTime(windows: number): string {
  return windows === 1
    ? '1 window past its time keeps its outcomes'
    : `${count(windows)} windows past their time keep their outcomes`
}

function filesTable({ optimized, dryRun }: Maintained): string[] {
  const change = (before: string, after: string) => (dryRun ? before : `${before} → ${after}`)
  return table([
    [dryRun ? 'files now' : 'files put together', '', 'files', 'bytes'],
    ...optimized.map((one) => [
      one.table,
      '',
      change(count(one.filesBefore), count(one.filesAfter)),
      change(size(one.bytesBefore), size(one.bytesAfter)),
    ]),
  ])
}
