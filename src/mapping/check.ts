import type { Field } from 'apache-arrow'
import { closest, type Path, type Problem, type SyncSpec } from '../core/index.ts'
import { problemOfColumn } from './check-column.ts'
import { maxEventBytes } from './limits.ts'
import { columnMembers, type Member, type Plan } from './plan.ts'
import { isTime, type Kind, kindOf, typeName } from './types.ts'

/** A problem without its place: what {@link problemsOf} adds. */
export type Finding = Pick<Problem, 'code' | 'message'> & {
  readonly suggestion?: string | undefined
}

/** Everything that keeps a sync from being compiled for a source with these columns; empty when it can be. */
export function problemsOf(
  sync: SyncSpec,
  fields: readonly Field[],
  plan: Plan,
  isSnapshot = false,
): Problem[] {
  const problems: Problem[] = []
  const report = (path: Path, { code, message, suggestion }: Finding) => {
    problems.push({
      ...sync.at(path),
      code,
      message,
      ...(suggestion !== undefined && { suggestion }),
    })
  }
  const names = fields.map(({ name }) => name)
  /** The column of that name, reported when there is none or more than one. */
  const find = (name: string, path: Path): Field | undefined => {
    const [first, second] = fields.filter((field) => field.name === name)
    if (first === undefined) report(path, missing(name, names))
    if (second !== undefined) report(path, ambiguous(name))
    return second === undefined ? first : undefined
  }
  const need = (
    name: string,
    path: Path,
    allowed: (kind: Kind) => boolean,
    finding: TypeFinding,
  ) => {
    const field = find(name, path)
    if (field !== undefined && !allowed(kindOf(field.type)))
      report(path, finding(name, typeName(field)))
  }

  checkPerson(sync, report)
  const { person, columns } = sync.send
  const steps = { id: 'id', email: 'email', anonymousId: 'anonymous_id' } as const
  for (const part of ['id', 'email', 'anonymousId'] as const) {
    const column = person[part]
    if (column !== undefined)
      need(column, ['send', 'person', steps[part]], isIdentifier, identifierType)
  }
  if (plan.event !== undefined && 'column' in plan.event) {
    need(plan.event.column, ['send', 'event', 'column'], (kind) => kind === 'text', eventType)
  }
  checkEventNames(plan, report)
  if (plan.at !== undefined) need(plan.at, ['send', 'at'], isTime, timeType)
  if (plan.partition !== undefined) {
    need(plan.partition, ['send', 'partition', 'by'], isScalar, partitionType)
  }
  columns?.except.forEach((name, i) => {
    if (!isSnapshot && !names.includes(name))
      report(['send', 'columns', 'except', i], missing(name, names))
  })
  for (const { value, path } of columnMembers(plan)) {
    const field = find(value.column, path)
    const finding = field && problemOfColumn(field, value)
    if (finding !== undefined) report(path, finding)
  }
  for (const { field, path } of [plan.members, plan.context ?? []].flatMap(repeated)) {
    report(path, {
      code: 'field_duplicate',
      message: `${field} would be sent twice: by a field of the file and by \`columns: all\``,
      suggestion: 'name the column in `except`, or the field differently',
    })
  }
  return problems
}

type Report = (path: Path, finding: Finding) => void
type TypeFinding = (column: string, type: string) => Finding

function checkPerson({ send }: SyncSpec, report: Report): void {
  const { id, email, anonymousId } = send.person
  const path = ['send', 'person']
  if (id !== undefined && email !== undefined) {
    report(path, {
      code: 'identifier_ambiguous',
      message: 'person names both id and email, but a message has one userId',
      suggestion: 'keep one; an e-mail address can be sent as a field besides',
    })
  } else if (id === undefined && email === undefined && anonymousId === undefined) {
    report(path, {
      code: 'identifier_missing',
      message: 'person names no column, so nobody is meant',
      suggestion: 'name a column under id, email or anonymous_id',
    })
  } else if (send.call === 'identify' && id === undefined && email === undefined) {
    report(path, {
      code: 'identifier_missing',
      message: 'identify needs id or email: Customer.io ignores an identify that is anonymous',
    })
  }
}

function checkEventNames({ event }: Plan, report: Report): void {
  const names = event === undefined ? [] : 'name' in event ? [event.name] : event.allow
  const isLong = (name: string) => Buffer.byteLength(name) > maxEventBytes
  if (names.some(isLong)) {
    report(['send', 'event'], {
      code: 'event_too_long',
      message: `an event's name has at most ${maxEventBytes} bytes`,
    })
  }
}

function repeated(members: readonly Member[]): Member[] {
  const names = members.map(({ name }) => name)
  return members.filter(({ name }, i) => names.indexOf(name) < i)
}

function missing(name: string, names: readonly string[]): Finding {
  const near = closest(name, names)
  const suggestion = near === undefined ? undefined : `did you mean ${near}?`
  return { code: 'column_missing', message: `the source has no column ${name}`, suggestion }
}

function ambiguous(name: string): Finding {
  return {
    code: 'column_ambiguous',
    message: `the source has more than one column ${name}`,
    suggestion: 'give each an alias of its own in the query',
  }
}

const isIdentifier = (kind: Kind) => kind === 'text' || kind === 'integer'
const isScalar = (kind: Kind) => ['text', 'integer', 'boolean', 'date', 'decimal'].includes(kind)

const identifierType: TypeFinding = (column, type) => ({
  code: 'identifier_type',
  message: `${column} is ${type}; an identifier is text or a whole number`,
})
const eventType: TypeFinding = (column, type) => ({
  code: 'event_type',
  message: `${column} is ${type}; an event's name is text`,
})
const timeType: TypeFinding = (column, type) => ({
  code: 'at_type',
  message: `${column} is ${type}; \`at\` needs a TIMESTAMP or DATE`,
})
const partitionType: TypeFinding = (column, type) => ({
  code: 'partition_type',
  message: `${column} is ${type}; partitions are told apart by text, whole numbers, booleans or dates`,
})
