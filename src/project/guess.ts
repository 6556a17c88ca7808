/** The column that names a row, as far as names tell: `order_id` of `orders`, `id`, the first that ends in `_id`. */
export function guessKey(sync: string, columns: readonly string[]): string {
  const wanted = [`${singular(sync)}_id`, 'id']
  return (
    wanted.map((name) => columns.find((column) => column.toLowerCase() === name)).find(Boolean) ??
    columns.find((column) => /_id$/i.test(column)) ??
    columns[0] ??
    ''
  )
}

/** The column that says whose a row is. */
export function guessPerson(key: string, columns: readonly string[]): string {
  const others = columns.filter((column) => column !== key)
  return (
    others.find((column) => /^(customer|user|person|member|contact)_?id$/i.test(column)) ??
    others.find((column) => /_id$/i.test(column)) ??
    key
  )
}

/** `orders` → `order`, `companies` → `company`. */
export function singular(name: string): string {
  return name.replace(/ies$/, 'y').replace(/([^s])s$/, '$1')
}

/** True for SQL types that can name somebody: text and whole numbers. */
export function isIdentifierType(type: string): boolean {
  return /^(STRING|VARCHAR|CHAR|TINYINT|SMALLINT|INT|BIGINT)\b/i.test(type)
}

/** True for SQL types that say when. */
export function isTimeType(type: string): boolean {
  return /^(DATE|TIMESTAMP)/i.test(type)
}
