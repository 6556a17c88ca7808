import { count, duration } from '../figures.ts'
import { limitText } from '../limit-text.ts'
import type { ListedSync } from './list.ts'
import type { Colour } from './status.ts'

/** How the listing is written for a person. */
export interface ListLook {
  readonly now: number
  /** Whether the terminal shows colours. */
  readonly colours: boolean
}

const heads = [
  'sync',
  'to',
  'state',
  'last run',
  'took',
  'closed',
  'source',
  'dead letters',
  'next',
  'owner',
] as const
const numbers: ReadonlySet<string> = new Set(['took', 'dead letters'])

/** One line a sync and destination, columns without a word left out, and below what a column is too small for. */
export function listText(listed: readonly ListedSync[], look: ListLook): string[] {
  if (listed.length === 0) return ['the project has no syncs']
  const cells = listed.map((one) => cellsOf(one, look.now))
  const shown = heads.map((_, i) => i).filter((i) => cells.some((row) => row[i] !== ''))
  const widths = shown.map((i) => Math.max(...[heads, ...cells].map((row) => row[i]?.length ?? 0)))
  const line = (row: readonly string[], mark: string) =>
    `${mark} ${shown
      .map((i, at) => {
        const [cell = '', width = 0] = [row[i], widths[at]]
        return numbers.has(heads[i] ?? '') ? cell.padStart(width) : cell.padEnd(width)
      })
      .join('  ')}`.trimEnd()
  return [
    line(heads, ' '),
    ...cells.map((row, i) => line(row, markOf(listed[i]?.lastRun?.colour, look.colours))),
    ...notes(listed),
  ]
}

function cellsOf(one: ListedSync, now: number): string[] {
  const { lastRun, freshness, nextDue } = one
  return [
    one.sync,
    one.destination,
    one.status,
    lastRun === undefined ? '' : `${lastRun.colour ?? 'running'}, ${ago(now, lastRun.startedAt)}`,
    lastRun?.durationMs === undefined ? '' : duration(lastRun.durationMs / 1000),
    freshness === undefined ? '' : ago(now, freshness.closedAt),
    sourceText(freshness, now),
    one.deadLetters === 0 ? '' : count(one.deadLetters),
    nextDue === undefined ? '' : dueText(now, nextDue),
    one.owner ?? '',
  ]
}

function sourceText(freshness: ListedSync['freshness'], now: number): string {
  return [
    ...(freshness?.version === undefined ? [] : [`v${freshness.version}`]),
    ...(freshness?.committedAt === undefined ? [] : [ago(now, freshness.committedAt)]),
  ].join(', ')
}

function dueText(now: number, at: Date): string {
  return at.getTime() > now ? `in ${age(at.getTime() - now)}` : `late by ${age(now - at.getTime())}`
}

function ago(now: number, at: Date): string {
  return `${age(Math.max(0, now - at.getTime()))} ago`
}

/** A time span in its largest unit: 40 s, 12 min, 5 h, 9 d. */
export function age(ms: number): string {
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} d`
}

const ansi: Readonly<Record<Colour, number>> = { green: 32, yellow: 33, red: 31 }

function markOf(colour: Colour | undefined, colours: boolean): string {
  if (colour === undefined) return '·'
  return colours ? `\u001b[${ansi[colour]}m●\u001b[0m` : '●'
}

/** What stands behind a state. A window that is open says enough by its name. */
function notes(listed: readonly ListedSync[]): string[] {
  const lines = listed.flatMap(({ sync, destination, status, because }) =>
    because === undefined
      ? []
      : [`${sync} → ${destination} is ${words[status] ?? status}${because}`],
  )
  const all = [...lines, ...listed.flatMap(limitNote)]
  return all.length === 0 ? [] : ['', ...all]
}

/** A closed window does not mean that everything went. */
function limitNote({ sync, destination, freshness }: ListedSync): string[] {
  if (freshness?.limit === undefined) return []
  return [limitText({ sync, destination }, freshness.limit)]
}

const words: Readonly<Record<string, string>> = {
  running: 'run by ',
  held: 'held ',
  failing: 'failing: ',
  'open window': 'not done with ',
}
