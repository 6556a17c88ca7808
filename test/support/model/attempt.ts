import { type Parts, type RunEnding, runAll } from '../../../src/sync/index.ts'
import type { History, Opened } from './history.ts'
import { planOf } from './rule.ts'
import { settle } from './settle.ts'
import { type Destination, destinations, type Mode } from './sync-file.ts'

/** How a run is made, and what may come of it. */
export interface Attempt {
  /** The parts of the process, where they are not those of every run. */
  readonly parts?: (parts: Parts) => Parts
  /** Runs the sync; by default both destinations side by side. */
  readonly go?: (parts: Parts) => Promise<RunEnding[]>
  /** Codes of failures that are no surprise; every other one is. */
  readonly mayFail?: readonly string[]
  /** Messages may have arrived without being written down. */
  readonly isUnsure?: boolean
  /** Customer.io fails for long enough to give messages up. */
  readonly mayGiveUp?: boolean
}

/** One run of the sync, held against what the rule says of it. */
export async function attempt(history: History, how: Attempt = {}): Promise<RunEnding[]> {
  const endings = await once(history, how, history.model.kind.mode)
  if (!endings.some((ending) => codeOf(ending) === 'FEED_UNREADABLE')) return endings
  // What the error tells the owner of the sync to do.
  return once(history, how, 'auto')
}

async function once({ model, real }: History, how: Attempt, mode: Mode): Promise<RunEnding[]> {
  const { go = runBoth, mayFail = [], isUnsure = false, mayGiveUp = false } = how
  const opened = Object.fromEntries(
    destinations.map((destination) => [destination, openedOn(model, destination)]),
  ) as Record<Destination, Opened>
  for (const one of Object.values(opened)) {
    one.isUnsure ||= isUnsure
    one.mayGiveUp ||= mayGiveUp
  }
  model.hasRepeats ||= isUnsure
  const parts = real.parts(model, mode)
  const endings = await go(how.parts?.(parts) ?? parts)
  for (const ending of endings) {
    const code = codeOf(ending)
    if (code === undefined || mayFail.includes(code)) continue
    const { destination } = ending as { destination: Destination }
    const isBroken = model.sides[destination].breaks < model.breaks
    if (code === 'FEED_UNREADABLE' && mode === 'feed' && isBroken) continue
    throw new Error(`the run failed: ${JSON.stringify(ending)}`)
  }
  await observe({ model, real }, opened, endings)
  return endings
}

function runBoth(parts: Parts): Promise<RunEnding[]> {
  return runAll(parts, parts.project.syncs)
}

function codeOf(ending: RunEnding): string | undefined {
  return ending.kind === 'failed' ? ending.code : undefined
}

/** The window that a run would work on: the one that stands open, else one of the source as it is. */
function openedOn(model: History['model'], destination: Destination): Opened {
  const { known, open } = model.sides[destination]
  const { kind, mapping, rows, breaks } = model
  return (
    open ?? {
      plan: planOf({ kind, mapping, rows, known }, destination),
      breaks,
      isUnsure: false,
      mayGiveUp: false,
    }
  )
}

/** Looks at what the product wrote down, and follows it. */
async function observe(
  { model, real }: History,
  opened: Readonly<Record<Destination, Opened>>,
  endings: readonly RunEnding[],
): Promise<void> {
  const windows = await real.bench.sql(
    `SELECT * FROM main.customerio.account WHERE sync = '${real.sync}' ORDER BY window_number`,
  )
  for (const destination of destinations) {
    const side = model.sides[destination]
    const fresh = windows.filter(
      (one) => one.destination === destination && Number(one.window_number) > side.closed,
    )
    if (fresh.length > 1) throw new Error(`a run made ${fresh.length} windows in ${destination}`)
    const [window] = fresh
    const hasFinished = endings.some(
      (one) => one.kind === 'finished' && one.report.destination === destination,
    )
    if (hasFinished && window?.state !== 'closed') {
      throw new Error(`a run to ${destination} finished without closing a window`)
    }
    if (window === undefined) continue
    side.open = opened[destination]
    if (window.state !== 'closed') continue
    const outcomes = await real.bench.sql(
      `SELECT message_key, \`call\`, status FROM main.customerio.outcomes WHERE window_id = '${window.window_id}'`,
    )
    const wrong = [
      ...settle(
        model,
        side,
        side.open,
        outcomes.map(({ message_key, call, status }) => ({
          id: Number(JSON.parse(String(message_key))[0]),
          call: String(call),
          status: String(status),
        })),
      ),
      ...accountProblems(model, side.open, window),
    ]
    if (wrong.length > 0) throw new Error(`${window.window_id}: ${wrong.join('; ')}`)
    side.closed = Number(window.window_number)
    side.breaks = side.open.breaks
    side.open = undefined
  }
}

/** Every row in one column of the account, and in the right one where all rows are looked at. */
function accountProblems(
  { kind: { mode } }: History['model'],
  { plan }: Opened,
  window: Readonly<Record<string, unknown>>,
): string[] {
  const wrong: string[] = []
  const expect = (name: string, expected: number) => {
    if (Number(window[name]) !== expected) {
      wrong.push(`${name} is ${window[name]}, not ${expected}`)
    }
  }
  expect('pending', 0)
  if (mode === 'diff' || mode === 'full') {
    const { rows, badKeys, unchanged, held, ignored } = plan.counts
    const refused = [...plan.messages.values()].filter((one) => one.expect === 'invalid')
    expect('row_count', rows)
    expect('invalid', badKeys + refused.length)
    expect('unchanged', unchanged)
    expect('held', held)
    expect('ignored', ignored)
  }
  return wrong
}
