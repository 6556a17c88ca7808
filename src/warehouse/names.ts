import { ConfigError } from '../core/index.ts'

/** A name in backticks, safe whatever it contains. */
export function quoteName(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``
}

/** A dotted name in backticks: one, two or three parts, each optionally quoted already. */
export function quoteTable(name: string): string {
  return splitTable(name).map(quoteName).join('.')
}

/** The parts of a dotted name. Throws a ConfigError where it is not a name of one to three parts. */
export function splitTable(name: string): string[] {
  const parts = name.match(/`(?:[^`]|``)+`|[^.`]+/g) ?? []
  if (parts.length < 1 || parts.length > 3 || parts.join('.') !== name) {
    throw new ConfigError(
      'NAME_INVALID',
      `"${name}" is not a table name such as main.gold.customers`,
    )
  }
  return parts.map((part) =>
    part.startsWith('`') ? part.slice(1, -1).replaceAll('``', '`') : part,
  )
}

/** A string literal, safe in Databricks SQL whatever it contains. */
export function quoteText(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
