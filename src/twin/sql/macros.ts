const integers = `'TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'HUGEINT'`

function fails(condition: string, text: string, state: string): string {
  return `error('[${condition}] ${text} SQLSTATE: ${state}')`
}

const unknownText = fails(
  'UNSUPPORTED_FEATURE.TWIN',
  'The local twin does not know the text form of this type; it may well run on Databricks.',
  '0A000',
)
const unknownNumber = fails(
  'UNSUPPORTED_FEATURE.TWIN',
  'The local twin does not know this type as a number; it may well run on Databricks.',
  '0A000',
)
const unknownBytes = fails(
  'UNSUPPORTED_FEATURE.TWIN',
  'The local twin does not know the bytes of this type; it may well run on Databricks.',
  '0A000',
)
const dateAndTime = fails(
  'UNSUPPORTED_FEATURE.TWIN',
  'The local twin does not know a DATE with hours, minutes or seconds added; it may well run on Databricks.',
  '0A000',
)
const badInteger = fails(
  'CAST_INVALID_INPUT',
  'A value of the type "STRING" cannot be cast to an integer because it is malformed.',
  '22018',
)
const divideByZero = fails('DIVIDE_BY_ZERO', 'Division by zero.', '22012')
const badIndex = fails('INVALID_ARRAY_INDEX', 'The index is out of bounds of the array.', '22003')

/** Whole number of any value, as Spark casts: cut off, not rounded; `malformed` is what bad text gives. */
const whole = (malformed: string) => `CASE
  WHEN x IS NULL THEN CAST(NULL AS BIGINT)
  WHEN typeof(x) IN (${integers}, 'BOOLEAN') THEN CAST(x AS BIGINT)
  WHEN typeof(x) = 'VARCHAR' THEN CASE
    WHEN regexp_full_match(trim(CAST(x AS VARCHAR)), '[+-]?[0-9]+')
      THEN TRY_CAST(ltrim(trim(CAST(x AS VARCHAR)), '+') AS BIGINT)
    ELSE ${malformed} END
  WHEN typeof(x) IN ('DOUBLE', 'FLOAT') THEN CAST(trunc(CAST(x AS DOUBLE)) AS BIGINT)
  WHEN starts_with(typeof(x), 'DECIMAL')
    THEN CAST(split_part(CAST(x AS VARCHAR), '.', 1) AS BIGINT)
  WHEN typeof(x) = 'TIMESTAMP WITH TIME ZONE'
    THEN spark_floor_div(epoch_us(CAST(x AS TIMESTAMPTZ)), 1000000)
  ELSE ${unknownNumber} END`

/**
 * What Spark's functions do where DuckDB's differ. DuckDB folds `typeof`, so a branch costs nothing at run time;
 * what is not known for a type fails there and is never guessed.
 */
export const macros: readonly string[] = [
  `spark_floor_div(a, b) AS CAST((a - ((a % b) + b) % b) // b AS BIGINT)`,
  `spark_text(x) AS CASE
    WHEN x IS NULL THEN CAST(NULL AS VARCHAR)
    WHEN typeof(x) IN (${integers}, 'VARCHAR', 'BOOLEAN', 'DATE', 'TIMESTAMP', 'UUID', 'JSON')
      OR starts_with(typeof(x), 'DECIMAL') THEN CAST(x AS VARCHAR)
    WHEN typeof(x) = 'TIMESTAMP WITH TIME ZONE' THEN regexp_replace(CAST(x AS VARCHAR), '\\+00$', '')
    WHEN typeof(x) = 'DOUBLE' THEN spark_double_text(CAST(x AS DOUBLE))
    WHEN typeof(x) = 'FLOAT' THEN spark_float_text(CAST(x AS FLOAT))
    WHEN typeof(x) = 'BLOB' THEN decode(CAST(x AS BLOB))
    ELSE ${unknownText} END`,
  `spark_whole(x) AS ${whole(badInteger)}`,
  `spark_try_whole(x) AS ${whole('NULL')}`,
  // A decimal is made from digits: Spark rounds the shortest text of a DOUBLE, DuckDB what lies behind it in binary.
  `spark_digits(x) AS CASE
    WHEN x IS NULL THEN CAST(NULL AS VARCHAR)
    WHEN typeof(x) IN (${integers}, 'VARCHAR') OR starts_with(typeof(x), 'DECIMAL') THEN CAST(x AS VARCHAR)
    WHEN typeof(x) IN ('DOUBLE', 'FLOAT') THEN CAST(CAST(x AS DOUBLE) AS VARCHAR)
    WHEN typeof(x) = 'BOOLEAN' THEN CAST(CAST(x AS TINYINT) AS VARCHAR)
    ELSE ${unknownNumber} END`,
  `spark_bytes(x) AS CASE
    WHEN x IS NULL THEN CAST(NULL AS BLOB)
    WHEN typeof(x) = 'BLOB' THEN CAST(x AS BLOB)
    WHEN typeof(x) = 'VARCHAR' THEN encode(CAST(x AS VARCHAR))
    ELSE ${unknownBytes} END`,
  // For types as text, the one of a list of summands and DuckDB's own of their sum: Spark's of that sum, quoted.
  `spark_sum_type(items, total) AS '"' || CASE WHEN starts_with(items, 'DECIMAL')
    THEN 'DECIMAL(' || least(38, 10 + CAST(regexp_extract(items, '[0-9]+') AS INTEGER))
      || ',' || regexp_extract(items, ',([0-9]+)', 1) || ')'
    ELSE total END || '"'`,
  `spark_divide(a, b) AS CASE WHEN b = 0 THEN ${divideByZero} ELSE a / b END`,
  `spark_div(a, b) AS CASE WHEN b = 0 THEN ${divideByZero} ELSE CAST(a // b AS BIGINT) END`,
  `spark_mod(a, b) AS CASE WHEN b = 0 THEN ${divideByZero} ELSE a % b END`,
  `spark_pmod(a, b) AS CASE WHEN b = 0 THEN ${divideByZero} ELSE ((a % b) + b) % b END`,
  `spark_plus_time(x, i) AS CASE WHEN typeof(x) = 'DATE' THEN ${dateAndTime} ELSE x + i END`,
  `spark_item(a, i) AS CASE WHEN i < 0 OR i >= len(a) THEN ${badIndex} ELSE list_extract(a, i + 1) END`,
  `spark_element(a, i) AS CASE WHEN i = 0 OR abs(i) > len(a) THEN ${badIndex} ELSE list_extract(a, i) END`,
  `spark_array_contains(a, v) AS CASE
    WHEN v IS NULL THEN NULL
    WHEN list_contains(a, v) THEN true
    WHEN len(a) > list_count(a) THEN NULL
    ELSE list_contains(a, v) END`,
  `spark_sequence(a, b, s) AS CASE
    WHEN s = 0 THEN ${fails('DATATYPE_MISMATCH.SEQUENCE_WRONG_INPUT_TYPES', 'The step must not be 0.', '42K09')}
    ELSE cast_to_type(generate_series(CAST(a AS BIGINT), CAST(b AS BIGINT), CAST(s AS BIGINT)), [a]) END`,
  `spark_substring(s, p, n) AS substring(s, CASE WHEN p = 0 THEN 1 ELSE p END, CASE WHEN n < 0 THEN 0 ELSE n END)`,
  `spark_substring_from(s, p) AS substring(s, CASE WHEN p = 0 THEN 1 ELSE p END)`,
  `spark_left(s, n) AS left(s, CASE WHEN n < 0 THEN 0 ELSE n END)`,
  `spark_right(s, n) AS right(s, CASE WHEN n < 0 THEN 0 ELSE n END)`,
  `spark_json_get(j, p) AS CASE WHEN json_valid(j) THEN json_extract_string(j, p) END`,
  `spark_to_json(x) AS CASE
    WHEN typeof(x) IN ('VARCHAR[]', 'BIGINT[]', 'INTEGER[]') THEN CAST(to_json(x) AS VARCHAR)
    ELSE spark_json_text(x) END`,
  `spark_date_plus(d, n) AS CAST(CAST(d AS DATE) + CAST(n AS INTEGER) AS DATE)`,
]
