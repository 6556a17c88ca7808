const whole = `'TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'HUGEINT', 'BOOLEAN'`
const instant = `'%Y-%m-%dT%H:%M:%S.%g'`

/** Java's text of a number between these sizes is DuckDB's; outside it has an exponent. */
const plain = '(x = 0 OR (abs(x) >= 1e-3 AND abs(x) < 1e7))'

/**
 * to_json of a struct that is written out in the statement, without a call into JavaScript for each row: a row hash
 * over a million rows is made of nothing else. Types without a branch of their own go that slower way.
 */
export const jsonMacros: readonly string[] = [
  `spark_json_double(x) AS CASE WHEN ${plain} THEN CAST(x AS VARCHAR) ELSE spark_json_text(x) END`,
  `spark_json_float(x) AS CASE WHEN ${plain} THEN CAST(x AS VARCHAR) ELSE spark_json_text(x) END`,
  `spark_json_value(x) AS CASE
    WHEN typeof(x) IN (${whole}) OR starts_with(typeof(x), 'DECIMAL') THEN CAST(x AS VARCHAR)
    WHEN typeof(x) = 'VARCHAR' THEN CAST(to_json(CAST(x AS VARCHAR)) AS VARCHAR)
    WHEN typeof(x) = 'DATE' THEN '"' || CAST(x AS VARCHAR) || '"'
    WHEN typeof(x) = 'TIMESTAMP WITH TIME ZONE'
      THEN '"' || strftime(make_timestamp(epoch_us(CAST(x AS TIMESTAMPTZ))), ${instant}) || 'Z"'
    WHEN typeof(x) = 'TIMESTAMP' THEN '"' || strftime(CAST(x AS TIMESTAMP), ${instant}) || '"'
    WHEN typeof(x) = 'DOUBLE' THEN spark_json_double(CAST(x AS DOUBLE))
    WHEN typeof(x) = 'FLOAT' THEN spark_json_float(CAST(x AS FLOAT))
    WHEN typeof(x) = 'BLOB' THEN '"' || to_base64(CAST(x AS BLOB)) || '"'
    ELSE spark_json_text(x) END`,
  `spark_json_field(name, x) AS CASE WHEN x IS NOT NULL THEN name || spark_json_value(x) END`,
]

/** A field's name and its value, in DuckDB. */
export interface Field {
  readonly name: string
  readonly value: string
}

/** to_json of a struct of these fields: one that is NULL is left out. */
export function writeJsonObject(fields: readonly Field[], quote: (text: string) => string): string {
  const written = fields.map(
    ({ name, value }) => `spark_json_field(${quote(`${JSON.stringify(name)}:`)}, ${value})`,
  )
  return `('{' || concat_ws(',', ${written.join(', ')}) || '}')`
}
