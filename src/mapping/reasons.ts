/** Why one row cannot become a message: stable codes, in the `reason` column of `outcomes`. */
export type Reason = keyof typeof texts

/** A refused row: a code and our own words, which name a column and never show its value. */
export interface Refusal {
  readonly reason: string
  readonly text: string
}

const texts = {
  key_missing: () => 'the row has no key',
  identifier_missing: (column: string) =>
    `${column} is NULL or empty, so the message is about nobody`,
  identifier_too_long: (column: string) =>
    `${column} is longer than the 150 bytes of an identifier`,
  event_missing: (column: string) => `${column} is NULL or empty, so the event has no name`,
  event_not_allowed: (column: string) => `${column} names an event that \`allow\` does not list`,
  time_missing: (column: string) => `${column} is NULL, so the message has no time`,
  time_out_of_range: (column: string) => `${column} lies outside the years 0000 to 9999`,
  value_missing: (column: string) => `${column} is NULL and \`nulls: invalid\` refuses that`,
  value_not_finite: (column: string) => `${column} is NaN or infinite, which JSON cannot carry`,
  value_not_fitting: (column: string) => `${column} is not of the type that Customer.io documents`,
  value_too_long: (field: string) =>
    `${field} is longer than the 1000 bytes of an attribute; \`limits: { attribute_values: truncate }\` shortens it`,
  value_not_json: (column: string) => `${column} is not valid JSON, as \`as: json\` asks`,
  message_too_large: (limit: string) => `the message is larger than ${limit} bytes`,
} as const

/** Refuses a row for `subject`, a column's name (a number of bytes for `message_too_large`). */
export function refuse(reason: Reason, subject: string): Refusal {
  return { reason, text: texts[reason](subject) }
}

/** Refuses a row that the warehouse's reject column marked; `code` is what stands there. */
export function refuseRejected(code: string): Refusal {
  return {
    reason: code,
    text:
      code === 'no_route'
        ? 'no route of `to.routes` matches the row'
        : 'the query that reads the source refused the row',
  }
}
