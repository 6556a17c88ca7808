import type { FieldSpec, Fields, SyncSpec } from '../core/index.ts'

/** A sync without the optional fields whose columns the source does not have. */
export function withoutAbsent(
  sync: SyncSpec,
  columns: readonly { readonly name: string }[],
): SyncSpec {
  const names = new Set(columns.map(({ name }) => name))
  const isThere = (spec: FieldSpec) =>
    spec.kind !== 'column' || spec.optional !== true || names.has(spec.column)
  const only = (fields: Fields): Fields =>
    Object.fromEntries(
      Object.entries(fields)
        .filter(([, spec]) => isThere(spec))
        .map(([name, spec]) => [
          name,
          spec.kind === 'fields' ? { ...spec, fields: only(spec.fields) } : spec,
        ]),
    )
  const { fields, context, consent } = sync.send
  const unsubscribed = consent?.unsubscribed
  return {
    ...sync,
    send: {
      ...sync.send,
      fields: only(fields),
      ...(context !== undefined && { context: only(context) }),
      ...(consent !== undefined && {
        consent: {
          ...(unsubscribed !== undefined && isThere(unsubscribed) && { unsubscribed }),
          topics: only(consent.topics),
          channels: only(consent.channels),
        },
      }),
    },
  }
}
