import type { FieldSpec, Fields, SendSpec } from '../core/index.ts'

/** What is sent, without the optional fields whose columns the source does not have. */
export function withoutAbsent(send: SendSpec, columns: readonly string[]): SendSpec {
  const isThere = (spec: FieldSpec) =>
    spec.kind !== 'column' || spec.optional !== true || columns.includes(spec.column)
  const only = (fields: Fields): Fields =>
    Object.fromEntries(
      Object.entries(fields)
        .filter(([, spec]) => isThere(spec))
        .map(([name, spec]) => [
          name,
          spec.kind === 'fields' ? { ...spec, fields: only(spec.fields) } : spec,
        ]),
    )
  const { fields, context, consent } = send
  const unsubscribed = consent?.unsubscribed
  return {
    ...send,
    fields: only(fields),
    ...(context !== undefined && { context: only(context) }),
    ...(consent !== undefined && {
      consent: {
        ...(unsubscribed !== undefined && isThere(unsubscribed) && { unsubscribed }),
        topics: only(consent.topics),
        channels: only(consent.channels),
      },
    }),
  }
}
