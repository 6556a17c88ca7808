import { unsupported } from './errors.ts'
import { asText, type Expr } from './expr.ts'
import { type FunctionRule, int, many, rule, same, sql, sqls } from './function-rule.ts'
import { stringLiteral } from './literals.ts'
import { jsonPath, rowsOfJson, splitPattern } from './patterns.ts'
import { timeFunctions } from './time-functions.ts'

const concat = rule(1, many, (args) => `(${args.map(asText).join(' || ')})`)
const nvl = same('coalesce', 2)
const condition = rule(3, 3, ([a, b, c]) => `CASE WHEN ${sql(a)} THEN ${sql(b)} ELSE ${sql(c)} END`)
const substring = rule(2, 3, (args) =>
  args.length === 2 ? `spark_substring_from(${sqls(args)})` : `spark_substring(${sqls(args)})`,
)
const length = int('length')
const power = rule(2, 2, ([a, b]) => `pow(CAST(${sql(a)} AS DOUBLE), CAST(${sql(b)} AS DOUBLE))`)

/** Every scalar function the twin knows, in lower case. Whatever is not here is refused. */
const functions: Readonly<Record<string, FunctionRule>> = {
  // Choice
  coalesce: same('coalesce', 1, many),
  nvl,
  ifnull: nvl,
  nvl2: rule(
    3,
    3,
    ([a, b, c]) => `CASE WHEN ${sql(a)} IS NOT NULL THEN ${sql(b)} ELSE ${sql(c)} END`,
  ),
  nullif: same('nullif', 2),
  if: condition,
  iff: condition,
  isnull: rule(1, 1, ([x]) => `(${sql(x)} IS NULL)`),
  isnotnull: rule(1, 1, ([x]) => `(${sql(x)} IS NOT NULL)`),
  greatest: same('greatest', 2, many),
  least: same('least', 2, many),
  // Text
  concat,
  concat_ws: rule(1, many, ([separator, ...rest]) =>
    rest.length === 0 ? "''" : `concat_ws(${[sql(separator), ...rest.map(asText)].join(', ')})`,
  ),
  lower: same('lower'),
  lcase: same('lower'),
  upper: same('upper'),
  ucase: same('upper'),
  trim: same('trim'),
  ltrim: same('ltrim'),
  rtrim: same('rtrim'),
  length,
  len: length,
  char_length: length,
  substring,
  substr: substring,
  left: rule(2, 2, ([s, n]) => `spark_left(${sql(s)}, ${sql(n)})`),
  right: rule(2, 2, ([s, n]) => `spark_right(${sql(s)}, ${sql(n)})`),
  replace: rule(2, 3, ([s, a, b]) => `replace(${sql(s)}, ${sql(a)}, ${b?.sql ?? "''"})`),
  lpad: rule(2, 3, ([s, n, p]) => `lpad(${sql(s)}, ${sql(n)}, ${p?.sql ?? "' '"})`),
  rpad: rule(2, 3, ([s, n, p]) => `rpad(${sql(s)}, ${sql(n)}, ${p?.sql ?? "' '"})`),
  repeat: same('repeat', 2),
  instr: int('instr', 2),
  locate: rule(2, 2, ([part, whole]) => `CAST(instr(${sql(whole)}, ${sql(part)}) AS INTEGER)`),
  startswith: same('starts_with', 2),
  endswith: same('ends_with', 2),
  contains: same('contains', 2),
  split: rule(2, 2, ([s, p]) => `string_split(${sql(s)}, ${stringLiteral(splitPattern(p))})`),
  uuid: rule(0, 0, () => 'CAST(uuid() AS VARCHAR)'),
  md5: same('md5'),
  sha1: same('sha1'),
  sha: same('sha1'),
  sha2: rule(2, 2, ([x, bits]) => {
    if (bits?.integer === 256 || bits?.integer === 0) return `sha256(${sql(x)})`
    throw unsupported('`sha2` with another length than 256')
  }),
  base64: rule(1, 1, ([x]) => `to_base64(encode(spark_text(${sql(x)})))`),
  // Numbers
  abs: same('abs'),
  ceil: rule(1, 1, ([x]) => `CAST(ceil(${sql(x)}) AS BIGINT)`),
  ceiling: rule(1, 1, ([x]) => `CAST(ceil(${sql(x)}) AS BIGINT)`),
  floor: rule(1, 1, ([x]) => `CAST(floor(${sql(x)}) AS BIGINT)`),
  round: same('round', 1, 2),
  sqrt: same('sqrt'),
  pow: power,
  power,
  exp: same('exp'),
  ln: same('ln'),
  sign: rule(1, 1, ([x]) => `CAST(sign(${sql(x)}) AS DOUBLE)`),
  isnan: rule(1, 1, ([x]) => `coalesce(isnan(CAST(${sql(x)} AS DOUBLE)), false)`),
  mod: same('spark_mod', 2),
  pmod: same('spark_pmod', 2),
  rand: rule(0, 0, () => 'random()'),
  ...timeFunctions,
  // Collections
  array: rule(0, many, (args) => `[${sqls(args)}]`),
  map: rule(0, many, (args) => {
    const side = (odd: number) => args.filter((_, i) => i % 2 === odd)
    return `map([${sqls(side(0))}], [${sqls(side(1))}])`
  }),
  map_from_arrays: same('map', 2),
  map_keys: same('map_keys'),
  map_values: same('map_values'),
  map_entries: same('map_entries'),
  size: same('spark_size'),
  cardinality: same('spark_size'),
  array_size: int('len'),
  element_at: rule(2, 2, ([x, at]) => {
    if (at?.integer !== undefined) return `spark_element(${sql(x)}, ${at.integer})`
    if (at?.text !== undefined) return `map_extract_value(${sql(x)}, ${at.sql})`
    throw unsupported('`element_at` without a literal index or key')
  }),
  array_contains: same('spark_array_contains', 2),
  array_sort: rule(1, 1, ([x]) => `list_sort(${sql(x)}, 'ASC', 'NULLS LAST')`),
  sort_array: rule(1, 2, ([x, ascending]) => {
    const order = ascending?.sql ?? 'true'
    if (order !== 'true' && order !== 'false') {
      throw unsupported('`sort_array` without a literal order')
    }
    const [direction, nulls] = order === 'true' ? ['ASC', 'NULLS FIRST'] : ['DESC', 'NULLS LAST']
    return `list_sort(${sql(x)}, '${direction}', '${nulls}')`
  }),
  array_join: rule(2, 2, ([x, separator]) => `array_to_string(${sql(x)}, ${sql(separator)})`),
  array_max: same('list_max'),
  array_min: same('list_min'),
  flatten: same('flatten'),
  slice: rule(
    3,
    3,
    ([x, from, count]) =>
      `list_slice(${sql(x)}, ${sql(from)}, (${sql(from)}) + (${sql(count)}) - 1)`,
  ),
  sequence: rule(2, 3, ([a, b, step]) => {
    const by = step?.sql ?? `CASE WHEN ${sql(a)} <= ${sql(b)} THEN 1 ELSE -1 END`
    return `spark_sequence(${sql(a)}, ${sql(b)}, ${by})`
  }),
  // JSON
  to_json: same('spark_to_json'),
  from_json: rule(2, 2, ([x, schema]) => {
    const structure = rowsOfJson(schema)
    return `CASE WHEN json_valid(${sql(x)}) THEN from_json(${sql(x)}, ${structure}) END`
  }),
  explode: same('unnest'),
  get_json_object: rule(2, 2, ([x, path]) => `spark_json_get(${sql(x)}, ${jsonPath(path)})`),
}

/** Functions whose result is text whatever they are given. */
const textual = new Set(
  'concat concat_ws lower lcase upper ucase trim ltrim rtrim substring substr left right replace lpad rpad repeat uuid md5 sha1 sha sha2 base64 date_format from_unixtime array_join to_json get_json_object'.split(
    ' ',
  ),
)

/** Writes a call of a scalar function; the name in lower case. Refuses unknown names and wrong counts. */
export function writeFunction(name: string, args: readonly Expr[]): Expr {
  const found = Object.hasOwn(functions, name) ? functions[name] : undefined
  if (found === undefined) throw unsupported(`the function \`${name}\``)
  if (args.length < found.least || args.length > found.most) {
    throw unsupported(`\`${name}\` with ${args.length} arguments`)
  }
  return { sql: found.write(args), isText: textual.has(name) }
}
