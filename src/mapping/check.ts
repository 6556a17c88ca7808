import type { Field } from 'apache-arrow'
import {
  type Call,
  closest,
  type Path,
  type PersonSpec,
  type Problem,
  type SyncSpec,
} from '../core/index.ts'
import { problemOfColumn } from './check-column.ts'
import { limitFindings } from './check-limits.ts'
import { columnMembers, type Member, type Plan } from './plan.ts'
import { isTime, type Kind, kindOf, typeName } from './types.ts'
import { wires } from './wire.ts'

/** A problem without its place: what {@link problemsOf} adds. */
export type Finding = Pick<Problem, 'code' | 'message'> & {
  readonly suggestion?: string | undefined
}

/** What was found: problems keep a sync from being compiled, warnings do not. */
export interface Findings {
  readonly problems: readonly Problem[]
  readonly warnings: readonly Problem[]
}

/** Everything that is wrong, or looks so, with sending these columns as a plan says. */
export function problemsOf(
  sync: SyncSpec,
  fields: readonly Field[],
  plan: Plan,
  isSnapshot = false,
): Findings {
  const problems: Problem[] = []
  const problem = (path: Path, { code, message, suggestion }: Finding): Problem => ({
    ...sync.at(path),
    code,
    message,
    ...(suggestion !== undefined && { suggestion }),
  })
  const report = (path: Path, finding: Finding) => problems.push(problem(path, finding))
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

  const { call, person, merge, object, device, columns } = sync.send
  for (const [step, spec] of [
    [call === 'alias' ? 'keep' : 'person', person],
    ['merge', merge],
  ] as const) {
    if (spec === undefined) continue
    checkPerson(call, step, spec, report)
    for (const [part, name] of personParts) {
      const column = spec[part]
      if (column !== undefined) need(column, ['send', step, name], isIdentifier, identifierType)
    }
  }
  if (object !== undefined) need(object.column, ['send', 'object'], isIdentifier, identifierType)
  if (device !== undefined) need(device.token, ['send', 'token'], isIdentifier, identifierType)
  checkConsent(sync, find, report)
  if (plan.event !== undefined && 'column' in plan.event) {
    need(plan.event.column, ['send', 'event', 'column'], (kind) => kind === 'text', eventType)
  }
  if (plan.at !== undefined) need(plan.at, ['send', 'at'], isTime, timeType)
  if (plan.partition !== undefined) {
    need(plan.partition, ['send', 'partition', 'by'], isScalar, partitionType)
  }
  columns?.except.forEach((name, i) => {
    if (!isSnapshot && !names.includes(name))
      report(['send', 'columns', 'except', i], missing(name, names))
  })
  for (const { value, path } of columnMembers(plan)) {
    if (value.names !== undefined) continue
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
  const limits = limitFindings(sync, plan)
  for (const { path, finding } of limits.errors) report(path, finding)
  const warnings = limits.warnings.map(({ path, finding }) => problem(path, finding))
  if (plan.held !== undefined) warnings.push(problem(['send', 'columns', 'new'], held(plan.held)))
  return { problems, warnings }
}

function held(names: readonly string[]): Finding {
  return {
    code: 'columns_held',
    message: `customerio.lock.yml does not have ${names.join(', ')}: held back`,
    suggestion: 'run "customerio-jobs lock" to send them, or name them in except',
  }
}

const personParts = [
  ['id', 'id'],
  ['email', 'email'],
  ['anonymousId', 'anonymous_id'],
] as const

type Report = (path: Path, finding: Finding) => void
type TypeFinding = (column: string, type: string) => Finding

function checkPerson(
  call: Call,
  step: string,
  { id, email, anonymousId }: PersonSpec,
  report: Report,
): void {
  const path = ['send', step]
  if (id !== undefined && email !== undefined) {
    report(path, {
      code: 'identifier_ambiguous',
      message: `${step} names both id and email, but a message has one userId`,
      suggestion: 'keep one; an e-mail address can be sent as a field besides',
    })
  } else if (id === undefined && email === undefined && anonymousId === undefined) {
    report(path, {
      code: 'identifier_missing',
      message: `${step} names no column, so nobody is meant`,
      suggestion: 'name a column under id, email or anonymous_id',
    })
  } else if (step === 'merge') {
    if (anonymousId === undefined || (id === undefined && email === undefined)) return
    report(path, {
      code: 'identifier_ambiguous',
      message: 'merge names two identifiers, but a message has one previousId',
      suggestion: 'keep one',
    })
  } else if (wires[call].needsUser && id === undefined && email === undefined) {
    report(path, {
      code: 'identifier_missing',
      message:
        call === 'identify'
          ? 'identify needs id or email: Customer.io ignores an identify that is anonymous'
          : `${call} needs id or email: Customer.io knows nobody by an anonymous id here`,
    })
  }
}

/** Consent is no place to guess what a text such as "no" means. */
function checkConsent(
  { send: { consent } }: SyncSpec,
  find: (name: string, path: Path) => Field | undefined,
  report: Report,
): void {
  if (consent === undefined) return
  const { unsubscribed, topics, channels } = consent
  const fields = [unsubscribed, ...Object.values(topics), ...Object.values(channels)]
  for (const spec of fields) {
    if (spec === undefined) continue
    if (spec.kind === 'constant' && typeof spec.value === 'boolean') continue
    const field = spec.kind === 'column' ? find(spec.column, spec.path) : undefined
    if (spec.kind === 'column' && field === undefined) continue
    if (field !== undefined && ['boolean', 'null'].includes(kindOf(field.type))) continue
    report(spec.path, {
      code: 'consent_type',
      message:
        field === undefined
          ? 'consent is a BOOLEAN column, or { value: true } or { value: false }'
          : `${field.name} is ${typeName(field)}; consent is a BOOLEAN column`,
      suggestion: 'cast it in a query: true means subscribed, and unsubscribed under unsubscribed',
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
