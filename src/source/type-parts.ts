/** A SQL type, taken apart one level deep. */
export interface TypeParts {
  /** In capitals, by the name that Databricks uses. */
  readonly name: string
  /** What stands between its brackets, at the commas: `10` and `2`, or the types of members. */
  readonly parts: readonly string[]
}

/** Other names of the same types (SQL language reference, data types). */
const synonyms: Readonly<Record<string, string>> = {
  BYTE: 'TINYINT',
  SHORT: 'SMALLINT',
  INTEGER: 'INT',
  LONG: 'BIGINT',
  REAL: 'FLOAT',
  DEC: 'DECIMAL',
  NUMERIC: 'DECIMAL',
  TIMESTAMP_LTZ: 'TIMESTAMP',
}

/** Takes `DECIMAL(10,2)` or `STRUCT<a: ARRAY<INT>, b: STRING>` apart. */
export function typeParts(text: string): TypeParts {
  const match = /^\s*([A-Za-z_]\w*)\s*(?:[<(](.*)[>)])?\s*$/s.exec(text)
  const name = (match?.[1] ?? text.trim()).toUpperCase()
  return { name: synonyms[name] ?? name, parts: split(match?.[2] ?? '') }
}

/** At the commas that stand in no brackets and no quoted name. */
function split(text: string): string[] {
  const parts: string[] = []
  let [from, depth, isQuoted] = [0, 0, false]
  for (let i = 0; i < text.length; i++) {
    const sign = text[i]
    if (sign === '`') isQuoted = !isQuoted
    if (isQuoted) continue
    if (sign === '<' || sign === '(') depth++
    if (sign === '>' || sign === ')') depth--
    if (sign === ',' && depth === 0) {
      parts.push(text.slice(from, i).trim())
      from = i + 1
    }
  }
  const last = text.slice(from).trim()
  return last === '' ? parts : [...parts, last]
}
