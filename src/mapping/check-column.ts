import type { Field } from 'apache-arrow'
import type { Finding } from './check.ts'
import type { ColumnValue } from './plan.ts'
import { isInterval, isNested, isTime, kindOf, typeName, unsendablePart } from './types.ts'

/** What is wrong with sending this column this way; undefined when nothing is. */
export function problemOfColumn(field: Field, { as, mask }: ColumnValue): Finding | undefined {
  const { name } = field
  const type = typeName(field)
  const kind = kindOf(field.type)
  const part = unsendablePart(field.type)
  if (part !== undefined) {
    return {
      code: 'type_not_sendable',
      message: `${name} is ${type}${part === field.type ? '' : ` with ${part} inside`}, which JSON cannot carry`,
      suggestion: 'except it, or turn it into text in a query, for example by base64()',
    }
  }
  if (isInterval(field) && as !== 'text') {
    return {
      code: 'type_not_sendable',
      message: `${name} is ${type}, which is sent only as its text`,
      suggestion: 'add `as: text`, or except it',
    }
  }
  if (as === undefined && isTime(kind)) {
    return {
      code: 'time_format_missing',
      message: `${name} is ${type}; say how it is to be written`,
      suggestion: 'add `as: iso` or `as: unix`',
    }
  }
  const isPossible = {
    json: kind === 'text',
    unix: isTime(kind),
    iso: isTime(kind),
    text: !isNested(kind),
  }
  if (as !== undefined && !isPossible[as] && kind !== 'null') {
    return {
      code: 'as_not_possible',
      message: `${name} is ${type}, which cannot be sent \`as: ${as}\``,
      suggestion: asHelp[as],
    }
  }
  if (mask !== undefined && mask !== 'redact' && (isNested(kind) || as === 'json')) {
    return {
      code: 'mask_not_possible',
      message: `${name} is ${as === 'json' ? 'sent `as: json`' : type}; only a single value can be hashed`,
      suggestion: 'use `mask: redact`, or hash it in a query',
    }
  }
  return undefined
}

const asHelp = {
  json: 'only text holds JSON to be parsed; arrays, structs and maps need no `as`',
  unix: 'only DATE and TIMESTAMP columns are times; cast it in a query',
  iso: 'only DATE and TIMESTAMP columns are times; cast it in a query',
  text: 'turn it into text in a query, for example by to_json()',
}
