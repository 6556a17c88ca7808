import type { Row } from './source.ts'
import { type Kind, type MappingName, traitsOf } from './sync-file.ts'

/**
 * What a workspace may hold of one key. Mostly that is one thing; where a message was given up that may have arrived,
 * it is several.
 */
export type Possible = ReadonlySet<string>

/** Text of a key of which the workspace has nothing. */
export const nothing = 'nothing'

/** Traits or properties as text: equal for equal ones. */
export function textOf(fields: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** After a row was sent: traits are merged and NULL takes one away; of an event the first copy counts. */
export function afterSend(
  call: Kind['call'],
  mapping: MappingName,
  row: Row,
): (before: string) => string {
  const fields = traitsOf(call, mapping).map(([trait, column]) => [trait, row[column]] as const)
  const set = fields.filter(([, value]) => value !== null)
  if (call === 'track') {
    return (before) => (before === nothing ? textOf(Object.fromEntries(set)) : before)
  }
  return (before) => {
    const kept = Object.entries(read(before)).filter(
      ([name]) => !fields.some(([of]) => of === name),
    )
    return textOf(Object.fromEntries([...kept, ...set]))
  }
}

/** After a key was taken away: the person is gone, or has lost the traits of the mapping. */
export function afterDelete(
  onDelete: Kind['onDelete'],
  mapping: MappingName,
): (before: string) => string {
  if (onDelete !== 'clear') return () => nothing
  const names = traitsOf('identify', mapping).map(([trait]) => trait)
  return (before) =>
    textOf(
      Object.fromEntries(Object.entries(read(before)).filter(([name]) => !names.includes(name))),
    )
}

/** What may be there after a step that happened, or that perhaps happened. */
export function step(
  before: Possible,
  change: (before: string) => string,
  isSure: boolean,
): Possible {
  const after = [...before].map(change)
  return new Set(isSure ? after : [...before, ...after])
}

function read(text: string): Record<string, unknown> {
  return text === nothing ? {} : Object.fromEntries(JSON.parse(text) as [string, unknown][])
}
