import type { Field } from 'apache-arrow'
import {
  type AuditKey,
  closest,
  type Path,
  type Personal,
  type Problem,
  type SyncSpec,
} from '../core/index.ts'
import { columnMembers, type Plan } from './plan.ts'

/** A column on its way out: where to, and where the file says so. */
interface Leaving {
  readonly column: string
  readonly to: string
  readonly path: Path
  readonly canBeMasked?: true
  readonly canBeHashed?: true
}

/**
 * Columns with personal data that would leave as they are, each without a mask and without being named in `allow_pii`;
 * and names in `allow_pii` that no column has, where `fields` says which there are.
 */
export function personalProblems(
  sync: SyncSpec,
  fields: readonly Field[] | undefined,
  plan: Plan,
  personal: Personal,
  auditKey: AuditKey,
): Problem[] {
  const { allowPii = [] } = sync.send
  if (allowPii === true) return []
  const all = [...leaving(sync, plan), ...(auditKey === 'plain' ? kept(sync, plan) : [])]
  const found = all.filter(({ column }) => !allowPii.includes(column))
  return [
    ...unknownNames(sync, allowPii, fields),
    ...found.flatMap((one): Problem[] => {
      const { column, to, path } = one
      const tag = personal.kind === 'tagged' ? personal.columns[column.toLowerCase()] : undefined
      if (personal.kind === 'tagged' && tag === undefined) return []
      return [
        {
          ...sync.at(path),
          code: tag === undefined ? 'pii_unresolved' : 'pii_unmasked',
          message:
            personal.kind === 'unresolved'
              ? `${column} would leave as it is, as ${to}, and nobody can say whether it is personal: ${personal.because}`
              : `${column} is tagged ${tag} in Unity Catalog and would leave as it is, as ${to}`,
          suggestion: suggestionFor(sync, one),
        },
      ]
    }),
  ]
}

/** Every column that leaves without a mask, once for each place in the file. */
function leaving(sync: SyncSpec, plan: Plan): Leaving[] {
  const { person, at, event, call } = sync.send
  const step = call === 'alias' ? 'keep' : 'person'
  const all: (Leaving | undefined)[] = [
    named(person?.id, 'userId', ['send', step, 'id']),
    named(person?.email, 'userId', ['send', step, 'email']),
    named(person?.anonymousId, 'anonymousId', ['send', step, 'anonymous_id']),
    named(plan.groupId, 'groupId', ['send', 'object']),
    named(event && 'column' in event ? event.column : undefined, 'event', ['send', 'event']),
    named(at, 'timestamp', ['send', 'at']),
    ...columnMembers(plan).map(({ value: { column, mask, names }, field, path }) =>
      mask !== undefined
        ? undefined
        : {
            column,
            to: field,
            path,
            // What names somebody is no name any more behind a mask, and consent no yes or no.
            ...(names === undefined && path[1] !== 'consent' && { canBeMasked: true as const }),
          },
    ),
  ]
  return all.filter((one) => one !== undefined)
}

/** Columns of the key that stay: in the control tables, which hold it as it is. */
function kept(sync: SyncSpec, plan: Plan): Leaving[] {
  const sent = leaving(sync, plan)
  return sync.source.key.flatMap((column, i) =>
    sent.some((one) => one.column === column)
      ? []
      : [
          {
            column,
            to: 'the key, which the control tables keep',
            path: ['source', 'key', i],
            canBeHashed: true as const,
          },
        ],
  )
}

function named(column: string | undefined, to: string, path: Path): Leaving | undefined {
  return column === undefined ? undefined : { column, to, path }
}

function suggestionFor(
  { name }: SyncSpec,
  { column, path, canBeMasked, canBeHashed }: Leaving,
): string {
  const allow = `allow_pii: [${column}] under send`
  if (canBeHashed === true) {
    return `leave out audit_key: plain, or where rows are known already run "customerio-jobs state hash ${name}"; add ${allow} if it is meant`
  }
  if (canBeMasked !== true) return `add ${allow} if it is meant`
  return path[1] === 'columns'
    ? `except it, name it as a field with mask: sha256, or add ${allow}`
    : `add mask: sha256 to it, or ${allow}`
}

function unknownNames(
  sync: SyncSpec,
  allowed: readonly string[],
  fields: readonly Field[] | undefined,
): Problem[] {
  if (fields === undefined) return []
  const names = fields.map(({ name }) => name)
  return allowed.flatMap((name, i) => {
    if (names.includes(name)) return []
    const near = closest(name, names)
    return [
      {
        ...sync.at(['send', 'allow_pii', i]),
        code: 'column_missing',
        message: `the source has no column ${name}`,
        ...(near !== undefined && { suggestion: `did you mean ${near}?` }),
      },
    ]
  })
}
