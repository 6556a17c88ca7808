import { type Parts, runAll } from '../../../src/sync/index.ts'
import { type History, type Model, nameOf, namesOf, type Opened } from './history.ts'
import { planOf, type WindowKind } from './rule.ts'
import { type Outcome, settle } from './settle.ts'
import { type Destination, destinations, type Mode } from './sync-file.ts'

/** How what was asked for ended in one destination. */
export interface Ending {
  /** `finished` says that no window is open any more; `asked` only that nothing failed. */
  readonly kind: 'finished' | 'asked' | 'failed' | 'skipped'
  readonly destination?: string
  /** Of a failure. */
  readonly code?: string
}

/** How a run is made, and what may come of it. */
export interface Attempt {
  /** What opens a new window. Default: the schedule. */
  readonly window?: WindowKind
  /** The limit of the target: what a new window sends at most. */
  readonly limit?: number
  /** The parts of the process, where they are not those of every run. */
  readonly parts?: (parts: Parts) => Parts
  /** Runs the sync; by default both destinations side by side. */
  readonly go?: (parts: Parts) => Promise<readonly Ending[]>
  /** Codes of failures that are no surprise; every other one is. */
  readonly mayFail?: readonly string[]
  /** Messages may have arrived without being written down. */
  readonly isUnsure?: boolean
  /** Customer.io fails for long enough to give messages up. */
  readonly mayGiveUp?: boolean
}

/** One run of the sync, held against what the rule says of it. */
export async function attempt(history: History, how: Attempt = {}): Promise<readonly Ending[]> {
  const endings = await once(history, how, history.model.kind.mode)
  if (!endings.some(({ code }) => code === 'FEED_UNREADABLE')) return endings
  // What the error tells the owner of the sync to do.
  return once(history, how, 'auto')
}

async function once(history: History, how: Attempt, mode: Mode): Promise<readonly Ending[]> {
  const { model, real } = history
  const { go = runBoth, mayFail = [] } = how
  model.hasRepeats ||= how.isUnsure ?? false
  for (const destination of destinations) doubt(model.sides[destination].open, how)
  const open = real.parts(model, mode)
  const { limit } = how
  const parts = limit === undefined ? open : { ...open, project: { ...open.project, limit } }
  const endings = await go(how.parts?.(parts) ?? parts)
  for (const ending of endings) {
    const { kind, code = '', destination } = ending
    if (kind === 'finished' || kind === 'asked' || mayFail.includes(code)) continue
    const { breaks } = model.sides[destination === 'eu' ? 'eu' : 'us']
    const isBroken = breaks < model.breaks || !model.feed
    if (code === 'FEED_UNREADABLE' && mode === 'feed' && isBroken) continue
    throw new Error(`the run failed: ${JSON.stringify(ending)}`)
  }
  await observe(history, how)
  for (const { kind, destination } of endings) {
    const side = model.sides[destination === 'eu' ? 'eu' : 'us']
    if (kind === 'finished' && side.open !== undefined) {
      throw new Error(`a run to ${destination} finished and left its window open`)
    }
  }
  return endings
}

async function runBoth(parts: Parts): Promise<readonly Ending[]> {
  const endings = await runAll(parts, parts.project.syncs)
  return endings.map((ending) =>
    ending.kind === 'finished'
      ? { kind: ending.kind, destination: ending.report.destination }
      : ending,
  )
}

function doubt(opened: Opened | undefined, { isUnsure = false, mayGiveUp = false }: Attempt): void {
  if (opened === undefined) return
  opened.isUnsure ||= isUnsure
  opened.mayGiveUp ||= mayGiveUp
}

/** A new window of the source as it is. */
function openedOn(model: Model, destination: Destination, how: Attempt): Opened {
  const { known } = model.sides[destination]
  const { kind, names, mapping, rows, breaks } = model
  const situation = { kind, names, mapping, rows, known }
  const opened: Opened = {
    plan: planOf(situation, destination, how.window),
    sync: nameOf(model),
    breaks,
    ...(how.limit === undefined ? {} : { limit: how.limit }),
    isUnsure: false,
    mayGiveUp: false,
  }
  doubt(opened, how)
  return opened
}

/** Looks at the windows that the product wrote down, and follows them one after the other. */
async function observe({ model, real }: History, how: Attempt): Promise<void> {
  const windows = await real.bench.sql(
    `SELECT * FROM main.customerio.account WHERE sync IN (${namesOf(model)})`,
  )
  const place = ({ sync, window_number }: (typeof windows)[number]) =>
    model.names.indexOf(String(sync)) * 1e6 + Number(window_number)
  for (const window of windows.sort((a, b) => place(a) - place(b))) {
    const destination = window.destination === 'eu' ? 'eu' : 'us'
    const side = model.sides[destination]
    const id = String(window.window_id)
    if (side.closed.has(id)) continue
    const opened = side.open ?? openedOn(model, destination, how)
    side.open = opened
    if (window.state !== 'closed') continue
    const outcomes = await outcomesOf(real, id)
    const wrong = [
      ...settle(model, side, opened, outcomes),
      ...accountProblems(opened, outcomes, window),
    ]
    if (wrong.length > 0) throw new Error(`${id}: ${wrong.join('; ')}`)
    side.closed.add(id)
    side.ran.add(opened.sync)
    // While rows may wait the checkpoint stays where it was.
    if (opened.plan.window === 'sync' && opened.limit === undefined) side.breaks = opened.breaks
    side.open = undefined
  }
}

async function outcomesOf({ bench, idOf }: History['real'], windowId: string): Promise<Outcome[]> {
  const outcomes = await bench.sql(
    `SELECT message_key, \`call\`, status FROM main.customerio.outcomes WHERE window_id = '${windowId}'`,
  )
  return outcomes.map(({ message_key, call, status }) => ({
    id: idOf(String(message_key)),
    call: String(call),
    status: String(status),
  }))
}

/** Every row in one column of the account, and in the right one where all rows are looked at. */
function accountProblems(
  { plan, limit }: Opened,
  outcomes: readonly Outcome[],
  window: Readonly<Record<string, unknown>>,
): string[] {
  const wrong: string[] = []
  const expect = (name: string, expected: number) => {
    if (Number(window[name]) !== expected) {
      wrong.push(`${name} is ${window[name]}, not ${expected}`)
    }
  }
  expect('pending', 0)
  if (plan.isWhole) {
    const { rows, badKeys, unchanged, held, ignored } = plan.counts
    const seen = new Set(outcomes.map(({ id }) => id))
    const gone = [...plan.messages].filter(([id]) => limit === undefined || seen.has(id))
    const invalid = gone.filter(([, one]) => one.expect === 'invalid')
    expect('row_count', rows)
    expect('invalid', badKeys + invalid.length)
    expect('unchanged', unchanged)
    expect('held', held + plan.messages.size - gone.length)
    expect('ignored', ignored)
  }
  return wrong
}
