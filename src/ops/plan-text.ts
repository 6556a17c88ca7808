import type { Changes, Estimate, Plan, PlanEnding } from '../sync/index.ts'
import { count, duration, many, moment, size } from './figures.ts'

/** What a person reads of a plan. Values of rows are in it where the plan has them. */
export function planText(ending: PlanEnding): string[] {
  const { sync, destination } = ending
  const title = `${sync} → ${destination}`
  if (ending.kind === 'failed') {
    const lines = ending.message.split('\n').map((line) => `  ${line}`)
    return [`${title}: a run would fail (${ending.code})`, ...lines]
  }
  const sections = [
    [...standingLines(ending), ...sourceLines(ending)],
    countLines(ending),
    sendLines(ending),
    warningLines(ending),
    changeLines(ending.changes),
    brakeLines(ending),
  ].filter((lines) => lines.length > 0)
  return [title, ...sections.flatMap((lines) => ['', ...lines])]
}

const labelWidth = 11

/** A line behind its name; the lines after it stand below its text. */
function labelled(label: string, [first = '', ...more]: readonly string[]): string[] {
  return [
    `  ${label.padEnd(labelWidth)}${first}`,
    ...more.map((line) => ' '.repeat(labelWidth + 2) + line),
  ]
}

function standingLines({ sync, hold, runBy, open, isSetUp, waitsMs }: Plan): string[] {
  return [
    ...(isSetUp
      ? []
      : labelled('not ready', ['run "customerio-jobs setup" first: nothing runs without it'])),
    ...(hold === undefined
      ? []
      : labelled('held', [
          `by ${hold.heldBy} since ${moment(hold.heldAt)}: ${hold.why}`,
          `nothing runs before "customerio-jobs release ${hold.sync ?? '--all'}"`,
        ])),
    ...(runBy === undefined ? [] : labelled('running', [`${runBy} runs ${sync} at this moment`])),
    ...(open === undefined
      ? []
      : labelled('open', [
          `window ${open.windowId} of ${moment(open.openedAt)}: ${count(open.left)} of its ${many(open.rows, 'row')} are still to go`,
          'the next run finishes that one and nothing else; what follows is the run after it,',
          'as if nothing of that window had been sent',
        ])),
    ...(waitsMs === undefined
      ? []
      : labelled('waits', [
          `the source was emptied a moment ago: a run gives it ${duration(waitsMs / 1000)} more to fill up`,
        ])),
  ]
}

function sourceLines({ source, look, because }: Plan): string[] {
  const { table, version, committedAt } = source
  const where =
    version === undefined || committedAt === undefined
      ? `${table ?? 'a query'}, as it is now; a run writes it down first`
      : `${table}, version ${version} of ${moment(committedAt)}`
  const reason = because === undefined ? [] : [`because ${because}`]
  return [
    ...labelled('source', [where]),
    ...labelled('looks at', [lookText(look, version), ...reason]),
  ]
}

function lookText(look: Plan['look'], version: number | undefined): string {
  switch (look.kind) {
    case 'all':
      return 'every row, compared with what was sent'
    case 'feed':
      if (version !== undefined && look.from > version)
        return 'nothing: no version since the last run'
      return `the change feed, ${look.from === version ? `version ${version}` : `versions ${look.from} to ${version}`}`
    case 'cursor':
      return `rows from the last value of ${look.column} on${look.from === undefined ? '' : ` (${look.from})`}${
        look.lagMs === 0 ? '' : `, and ${duration(look.lagMs / 1000)} before it`
      }`
    case 'picked':
      return 'keys chosen by hand'
    default:
      return look satisfies never
  }
}

function warningLines({ irreversible, warnings }: Plan): string[] {
  return [
    ...(irreversible === 0
      ? []
      : labelled('for good', [
          `${many(irreversible, 'message')} of these can't be taken back at Customer.io`,
        ])),
    ...(warnings.length === 0 ? [] : labelled('look at', warnings)),
  ]
}

/** Why rows wait, and for what. */
function laterText({ sync, limit }: Plan): string {
  if (limit === undefined) return ''
  const most = many(limit.rows, 'row')
  if (limit.by === 'run') return `wait for the next window: this one sends ${most} at most`
  return limit.by === 'target'
    ? `wait for the next window: under this target one sends ${most} at most`
    : `wait: a changed mapping begins with ${most}${
        limit.until === undefined ? '' : ` a window, until ${moment(new Date(limit.until))}`
      } or "customerio-jobs release ${sync}"`
}

function countLines(plan: Plan): string[] {
  const { counts, send, isAdopted } = plan

  const parts = (named: Readonly<Record<string, number>>) =>
    Object.entries(named)
      .filter(([, value]) => value > 0)
      .map(([name, value]) => `${count(value)} ${name}`)
      .join(', ')
  const kinds = parts({ new: send.fresh, changed: send.changed, 'once more': send.again })
  const invalid = counts.null_key + counts.duplicate_key
  const reasons = parts({
    'without a key': counts.null_key,
    'share a key': counts.duplicate_key,
  })
  const always = [
    [counts.send, 'to send', kinds],
    [counts.delete, 'to delete', ''],
    [counts.unchanged, 'unchanged', isAdopted ? 'taken as known without being sent' : ''],
  ] as const
  const ifAny = [
    [counts.later, 'later', laterText(plan)],
    [counts.held, 'held', 'refused or given up before, and still the same'],
    [counts.ignored, 'ignored', 'gone from the source, and left alone'],
    [counts.moved, 'moved', 'go to another destination now'],
    [invalid, 'invalid', reasons],
  ] as const
  const rows = Object.values(counts).reduce((sum, value) => sum + value, 0)
  return figures([
    ...always,
    ...ifAny.filter(([value]) => value > 0),
    [rows, rows === 1 ? 'row' : 'rows', ''],
  ])
}

/** Numbers to the right, then what they count, then more about it. */
function figures(lines: readonly (readonly [number, string, string])[]): string[] {
  const numbers = lines.map(([value]) => count(value))
  const width = Math.max(...numbers.map((text) => text.length))
  const names = Math.max(...lines.map(([, name]) => name.length))
  return lines.map(([, name, more], i) =>
    `  ${(numbers[i] ?? '').padStart(width)}  ${name.padEnd(names)}  ${more}`.trimEnd(),
  )
}

function sendLines({ sync, estimate, ages, remapped }: Plan): string[] {
  return [
    ...(estimate.messages > 0 ? labelled('sends', [estimateText(estimate)]) : []),
    ...refusedLines(estimate),
    ...(ages === undefined || ages.young + ages.older === 0
      ? []
      : labelled('campaigns', [
          `${many(ages.young, 'event')} of the last 72 h can start campaigns, ${count(ages.older)} older can't`,
        ])),
    ...(remapped === 0
      ? []
      : labelled('mapping', [
          `${many(remapped, 'unchanged key')} went out under another mapping and would differ now;`,
          `no run sends them for that, "customerio-jobs backfill ${sync}" does`,
        ])),
  ]
}

function estimateText(estimate: Estimate): string {
  const { messages, requests, bytes, seconds, requestsPerSecond, share, isWhole } = estimate
  const about = isWhole ? '' : 'about '
  const rate = `${Number(requestsPerSecond.toFixed(2))} requests/s`
  const whose = share === undefined ? '' : `, the share of job ${share.job}`
  return `${about}${many(messages, 'message')}, ${size(bytes)}, in ${about}${many(requests, 'request')}: ${seconds < 1 ? 'less than 1 s' : duration(seconds)} at ${rate}${whose}`
}

function refusedLines({ refused, sampled, isWhole }: Estimate): string[] {
  if (refused.length === 0) return []
  const rows = refused.reduce((sum, one) => sum + one.rows, 0)
  const of = isWhole ? many(sampled, 'row') : `${many(sampled, 'row')} tried, a sample,`
  return labelled('refuses', [
    `${count(rows)} of ${of} would make no message`,
    ...figures(refused.map((one) => [one.rows, one.reason, one.text] as const)).map((line) =>
      line.slice(2),
    ),
  ])
}

function changeLines(changes: Changes | undefined): string[] {
  if (changes === undefined) return []
  if (changes.kind === 'unknown') {
    return labelled('before', [`old values are not known: ${changes.because}`])
  }
  const { compared, version, columns, rows } = changes
  const title = `of ${many(compared, 'row')} to send that ${compared === 1 ? 'was' : 'were'} there at version ${version}`
  if (columns.length === 0)
    return labelled('differ', [compared === 0 ? `none ${title}` : `nothing ${title}`])
  const list = figures(columns.map((one) => [one.rows, one.fields.join(', '), ''] as const))
  const samples = rows.flatMap(({ key, values }) => {
    const width = Math.max(...values.map(({ fields }) => fields.join(', ').length))
    return [
      '',
      `  ${key}`,
      ...values.map(({ fields, isMasked, was, now }) => {
        const change = isMasked ? '(masked)' : `${shown(was)} → ${shown(now)}`
        return `    ${fields.join(', ').padEnd(width)}  ${change}`
      }),
    ]
  })
  return [...labelled('differ', [title, ...list.map((line) => line.slice(2))]), ...samples]
}

const longest = 60

function shown(json: string | undefined): string {
  if (json === undefined) return 'NULL'
  const letters = [...json]
  return letters.length <= longest ? json : `${letters.slice(0, longest - 1).join('')}…`
}

function brakeLines({ sync, brakes, checks, confirmation, hold }: Plan): string[] {
  const passed = checks.filter((check) => check.passed).map(({ name }) => name)
  const well = passed.length === 0 ? [] : labelled('checks', [`${passed.join(', ')}: passed`])
  if (brakes.length === 0) {
    return [
      ...well,
      ...labelled('brakes', [hold === undefined ? 'none: a run goes through' : 'none']),
    ]
  }
  const width = Math.max(...brakes.map(({ brake }) => brake.length))
  return [
    ...well,
    ...labelled('brakes', [
      ...brakes.map(({ brake, text }) => `${brake.padEnd(width)}  ${text}`),
      confirmation === undefined
        ? 'a run stops there; no confirmation goes past it'
        : `a run stops there; to go on all the same: customerio-jobs run ${sync} --confirm ${confirmation}`,
    ]),
  ]
}
