import type { Plan, PlanEnding } from '../sync/index.ts'
import { count } from './figures.ts'

/** Stands first in what {@link planMarkdown} gives: by it a workflow finds the comment that it wrote before. */
export const planMark = '<!-- customerio-jobs plan -->'

/**
 * Plans as a Markdown table for a comment on a pull request: counts, names of syncs, brakes and fields. Never a value, a
 * key or an error's text, whatever the plans hold.
 */
export function planMarkdown(endings: readonly PlanEnding[]): string {
  if (endings.length === 0) return `${planMark}\nNo sync differs: nothing to plan.`
  const lines = endings.flatMap((ending) =>
    ending.kind === 'failed'
      ? [row([...names(ending), '', '', '', '', '', `a run would fail: ${code(ending.code)}`])]
      : [row([...names(ending), ...figures(ending), stops(ending)])],
  )
  return [
    planMark,
    '### What a run would do now',
    '',
    row(['sync', 'to', 'send', 'delete', 'unchanged', 'other', 'differs in', 'stopped by']),
    row(['---', '---', '--:', '--:', '--:', '---', '---', '---']),
    ...lines,
    '',
    'Counts are rows. Nothing was sent and no window was opened.',
  ].join('\n')
}

function names({ sync, destination }: Pick<PlanEnding, 'sync' | 'destination'>): string[] {
  return [code(sync), code(destination)]
}

function figures({ counts, send, remapped, isAdopted, changes }: Plan): string[] {
  const kinds = named({ new: send.fresh, changed: send.changed, 'once more': send.again })
  const { held, ignored, moved, later } = counts
  const invalid = counts.null_key + counts.duplicate_key
  const other = named({ later, held, ignored, moved, invalid, 'under another mapping': remapped })
  const fields = changes?.kind === 'known' ? changes.columns.flatMap((one) => one.fields) : []
  return [
    kinds === '' ? count(counts.send) : `${count(counts.send)} (${kinds})`,
    count(counts.delete),
    isAdopted ? `${count(counts.unchanged)} (taken as known)` : count(counts.unchanged),
    other,
    [...new Set(fields)].map(code).join(', '),
  ]
}

function stops({ brakes, hold, isSetUp }: Plan): string {
  return [
    ...(isSetUp ? [] : ['`setup` is to be run first']),
    ...(hold === undefined ? [] : ['a hold']),
    ...brakes.map(({ brake }) => code(brake)),
  ].join(', ')
}

/** Those that are more than none. */
function named(numbers: Readonly<Record<string, number>>): string {
  return Object.entries(numbers)
    .filter(([, value]) => value > 0)
    .map(([name, value]) => `${count(value)} ${name}`)
    .join(', ')
}

/** A name as it stands: whatever is in it, it is neither Markdown nor another cell. */
function code(name: string): string {
  return `\`${name.replaceAll('`', "'").replaceAll('|', '\\|').replaceAll(/\s+/g, ' ')}\``
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}
