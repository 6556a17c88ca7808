import type { Cursor } from './cursor.ts'

/** `('key' = 'value', a.b = true)`: of TBLPROPERTIES, FORMAT_OPTIONS and COPY_OPTIONS. */
export function readProperties(cursor: Cursor): Record<string, string> {
  return Object.fromEntries(
    cursor.inParentheses((): [string, string] => {
      const key = readKey(cursor)
      cursor.accept('=')
      return [key, readValue(cursor)]
    }),
  )
}

/** A property's name: a string, or words joined by dots. */
export function readKey(cursor: Cursor): string {
  if (cursor.peek().kind === 'string') return cursor.string()
  let key = cursor.identifier()
  while (cursor.accept('.')) key += `.${cursor.identifier()}`
  return key
}

function readValue(cursor: Cursor): string {
  const { kind } = cursor.peek()
  if (kind !== 'string' && kind !== 'number' && kind !== 'word') throw cursor.fail()
  return cursor.next().text
}
