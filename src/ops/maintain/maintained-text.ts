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
    ...(migrated === 0 ? [] : [`${count(migrated, 'table')} ${columns}`]),
    '',
    ...removedTable(done),
    '',
    `parts that are loaded: ${count(parts.files, 'file')}, ${bytes(parts.bytes)}, ${count(parts.folders, 'folder')}`,
    ...keptText(done),
    '',
    ...filesTable(done),
    '',
    'Worth running, in the SQL editor:',
    ...vacuum.statements.map((statement) => `  ${statement};`),
    vacuum.why,
  ]
}

function removedTable({ dryRun, outcomes, rows, holds, snapshots }: Maintained): string[] {
  return table([
    [dryRun ? 'would be removed' : 'removed', 'from', 'windows', 'rows'],
    ...[outcomes, ...rows].map((one) => [
      'rows past their time',
      one.table,
      number(one.windows),
      number(one.rows),
    ]),
    ['holds that ended', 'holds', '', number(holds)],
    ['snapshots', 'the schema', number(snapshots.dropped.length), ''],
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
      `${count(parts.notLoaded, 'part')} of closed windows stay: no row of them is in a table; a run that lost its lease may have written them late`,
    ],
    [
      snapshots.kept,
      `${count(snapshots.kept, 'snapshot')} stay: an open window reads them, or one is being opened`,
    ],
  ]
  return lines.flatMap(([many, line]) => (many === 0 ? [] : [line]))
}

function pastTheirTime(windows: number): string {
  return windows === 1
    ? '1 window past its time keeps its outcomes'
    : `${number(windows)} windows past their time keep their outcomes`
}

function filesTable({ optimized, dryRun }: Maintained): string[] {
  const change = (before: string, after: string) => (dryRun ? before : `${before} → ${after}`)
  return table([
    [dryRun ? 'files now' : 'files put together', '', 'files', 'bytes'],
    ...optimized.map((one) => [
      one.table,
      '',
      change(number(one.filesBefore), number(one.filesAfter)),
      change(bytes(one.bytesBefore), bytes(one.bytesAfter)),
    ]),
  ])
}

/** Bytes as a person reads them: 17 B, 3.4 kB, 1.2 GB. */
export function bytes(value: number): string {
  const units = ['kB', 'MB', 'GB', 'TB']
  if (value < 1000) return `${value} B`
  const step = Math.min(units.length, Math.floor(Math.log10(value) / 3))
  return `${(value / 1000 ** step).toFixed(1)} ${units[step - 1]}`
}

function count(value: number, noun: string): string {
  return `${number(value)} ${noun}${value === 1 ? '' : 's'}`
}

function number(value: number): string {
  return value.toLocaleString('en-US')
}
