import type { Field } from 'apache-arrow'
import {
  type EventCatalogue,
  type EventRule,
  expected,
  misfits,
  type Path,
  type Problem,
  type PropertyRule,
  type SyncSpec,
} from '../core/index.ts'
import type { Finding } from './check.ts'
import type { Member, Plan } from './plan.ts'
import { kindOf, typeName } from './types.ts'

/** A plan that knows what is documented of its events, and what about that is wrong or looks so. */
export interface RuledPlan {
  readonly plan: Plan
  readonly problems: readonly Problem[]
  readonly warnings: readonly Problem[]
}

/**
 * Holds the events of a `track` against the catalogue: names on which Customer.io acts are refused, near misses are
 * warned of, properties of another type than documented are refused where their column decides that, and looked at row by
 * row where only the value does.
 */
export function withRules(
  sync: SyncSpec,
  fields: readonly Field[],
  plan: Plan,
  catalogue: EventCatalogue | undefined,
): RuledPlan {
  const found = catalogue === undefined ? [] : eventFindings(sync, catalogue)
  const problems = found.filter(({ isWarning }) => !isWarning).map(({ problem }) => problem)
  const warnings = found.filter(({ isWarning }) => isWarning).map(({ problem }) => problem)
  if (catalogue === undefined) return { plan, problems, warnings }
  const ruled = (member: Member, rule: PropertyRule | undefined): Member => {
    const { value } = member
    if (rule === undefined) return member
    if (value.kind === 'object' && rule.type === 'object') {
      const members = value.members.map((one) => ruled(one, ruleAt(rule, one.name)))
      return { ...member, value: { ...value, members } }
    }
    const finding = typeFinding(member, rule, fields)
    if (finding === 'fits') return member
    if (finding !== undefined) problems.push({ ...sync.at(member.path), ...finding })
    // A stricter rule of our own stays.
    return value.kind === 'column' ? { ...member, value: { rule, ...value } } : member
  }
  const rules = rulesOf(plan, catalogue)
  const members = plan.members.map((member) =>
    ruled(
      member,
      plan.call === 'identify' ? catalogue.traits[member.name] : commonRule(rules, member.name),
    ),
  )
  const context = plan.context?.map((member) =>
    ruled(member, ruleAt(catalogue.context, member.name)),
  )
  return {
    plan: { ...plan, members, ...(context !== undefined && { context }) },
    problems,
    warnings,
  }
}

function ruleAt({ members, each }: PropertyRule, name: string): PropertyRule | undefined {
  return members !== undefined && Object.hasOwn(members, name) ? members[name] : each
}

/** Something found about a name of an event. */
export interface EventFinding {
  readonly isWarning: boolean
  readonly problem: Problem
}

/** What the names of a sync's events say, whatever its source looks like: for a look at the files alone. */
export function eventFindings(sync: SyncSpec, catalogue: EventCatalogue): EventFinding[] {
  const { call, event } = sync.send
  if (call !== 'track' || event === undefined) return []
  const named: readonly { name: string; path: Path }[] =
    'name' in event
      ? [{ name: event.name, path: ['send', 'event'] }]
      : event.allow.map((name, i) => ({ name, path: ['send', 'event', 'allow', i] }))
  return named.flatMap(({ name, path }): EventFinding[] => {
    // Customer.io trims names.
    const rule = catalogue.rule(name.trim())
    const place = sync.at(path)
    if (rule?.call !== undefined || rule?.isReserved)
      return [{ isWarning: false, problem: { ...place, ...acts(rule) } }]
    if (rule?.needsDevice && !hasDevice(sync)) {
      return [{ isWarning: false, problem: { ...place, ...needsDevice(rule) } }]
    }
    const near = rule === undefined ? catalogue.nearest(name.trim()) : undefined
    if (near === undefined) return []
    const problem = {
      ...place,
      code: 'event_near_miss',
      message: `"${name}" is no event that Customer.io knows by name`,
      suggestion: `"${near}" is; keep yours if it is meant`,
    }
    return [{ isWarning: true, problem }]
  })
}

function acts({ name, call }: EventRule): Finding & { suggestion: string } {
  return {
    code: 'acting_event',
    message: `Customer.io does not record "${name}", it acts on it`,
    suggestion: `${call === undefined ? '' : `use call: ${call}, or `}send an event of another name`,
  }
}

function needsDevice({ name }: EventRule): Finding & { suggestion: string } {
  return {
    code: 'device_missing',
    message: `Customer.io takes "${name}" for a device's, and drops it without its token`,
    suggestion:
      'add context: { device: { fields: { token: <column>, type: <column> } } }, or send an event of another name',
  }
}

function hasDevice({ send: { context } }: SyncSpec): boolean {
  const device = context?.device
  return device?.kind === 'fields' && 'token' in device.fields && 'type' in device.fields
}

function rulesOf({ call, event }: Plan, catalogue: EventCatalogue): EventRule[] {
  if (call !== 'track' || event === undefined) return []
  const names = 'name' in event ? [event.name] : event.allow
  return names.flatMap((name) => catalogue.rule(name.trim()) ?? [])
}

/** What all of the sync's documented events that have the property say of it; undefined where they disagree. */
function commonRule(rules: readonly EventRule[], name: string): PropertyRule | undefined {
  const [first, ...others] = rules.flatMap(({ properties }) =>
    Object.hasOwn(properties, name) ? [properties[name]] : [],
  )
  const text = JSON.stringify(first)
  return others.every((other) => JSON.stringify(other) === text) ? first : undefined
}

const possible = {
  text: ['text', 'null', 'date', 'timestamp'],
  time: ['text', 'null', 'timestamp'],
  number: ['integer', 'float', 'decimal', 'null'],
  integer: ['integer', 'float', 'decimal', 'null'],
  boolean: ['boolean', 'null'],
  array: ['list', 'null'],
  object: ['struct', 'map', 'null'],
} as const

/** `fits` where the column's type says enough, a finding where it can't be right, undefined where the value decides. */
function typeFinding(
  { value, field }: Member,
  rule: PropertyRule,
  fields: readonly Field[],
): (Finding & { suggestion: string }) | 'fits' | undefined {
  if (rule.type === 'any') return 'fits'
  if (value.kind === 'constant') {
    return misfits(rule, value.value, '', 'pass').length === 0
      ? 'fits'
      : wrong(field, rule, 'the constant')
  }
  if (value.kind === 'object') {
    return rule.type === 'object' ? 'fits' : wrong(field, rule, 'an object')
  }
  const column = fields.find(({ name }) => name === value.column)
  if (column === undefined || value.as === 'json') return undefined
  const kind = kindOf(column.type)
  const isText = value.as === 'text' || value.as === 'iso' || value.mask !== undefined
  const fits = isText
    ? rule.type === 'text' || (rule.type === 'time' && kind !== 'date')
    : value.as === 'unix'
      ? rule.type === 'number' || rule.type === 'integer'
      : (possible[rule.type] as readonly string[]).includes(kind)
  if (!fits) return wrong(field, rule, `${value.column}, which is ${typeName(column)},`)
  const isDecided =
    rule.oneOf === undefined &&
    rule.least === undefined &&
    rule.most === undefined &&
    rule.items === undefined &&
    rule.members === undefined &&
    rule.each === undefined &&
    rule.isFilled !== true &&
    (rule.type !== 'integer' || kind === 'integer') &&
    (rule.type !== 'time' || kind !== 'text') &&
    kind !== 'decimal'
  return isDecided ? 'fits' : undefined
}

function wrong(field: string, rule: PropertyRule, what: string): Finding & { suggestion: string } {
  return {
    code: 'property_type',
    message: `${field} is documented as ${expected(rule)}; ${what} is not`,
    suggestion:
      rule.type === 'array' || rule.type === 'object'
        ? 'send a column that holds it, or JSON text with as: json'
        : 'cast it in a query, or send it under another name',
  }
}
