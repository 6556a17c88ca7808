import {
  Bool,
  type DataType,
  DateDay,
  Decimal,
  Field,
  Float32,
  Float64,
  Int8,
  Int16,
  Int32,
  Int64,
  List,
  Map_,
  Null,
  Schema,
  Struct,
  TimestampMicrosecond,
  Utf8,
} from 'apache-arrow'
import type { LockSpec } from '../core/index.ts'
import { typeParts } from './type-parts.ts'

/** What a source looked like when it was locked, as the schema its rows would have. */
export function lockedSchema({ columns }: LockSpec): Schema {
  return new Schema(Object.entries(columns).map(([name, type]) => fieldOf(name, type)))
}

/** Types without parts of their own. What is not here (INTERVAL, VARIANT …) arrives as text, and its name tells. */
const plain: Readonly<Record<string, () => DataType>> = {
  STRING: () => new Utf8(),
  BOOLEAN: () => new Bool(),
  TINYINT: () => new Int8(),
  SMALLINT: () => new Int16(),
  INT: () => new Int32(),
  BIGINT: () => new Int64(),
  FLOAT: () => new Float32(),
  DOUBLE: () => new Float64(),
  DATE: () => new DateDay(),
  TIMESTAMP: () => new TimestampMicrosecond('UTC'),
  TIMESTAMP_NTZ: () => new TimestampMicrosecond(),
  VOID: () => new Null(),
}

function fieldOf(name: string, type: string): Field {
  return new Field(name, arrowType(type), true, new Map([['Spark:DataType:SqlName', type]]))
}

function arrowType(text: string): DataType {
  const { name, parts } = typeParts(text)
  const [first = 'STRING', second = 'STRING'] = parts
  if (name === 'DECIMAL') return new Decimal(Number(parts[1] ?? 0), Number(parts[0] ?? 10), 128)
  if (name === 'ARRAY') return new List(fieldOf('element', first))
  if (name === 'MAP') {
    const entries = new Struct([fieldOf('key', first), fieldOf('value', second)])
    return new Map_(new Field('entries', entries, false) as never)
  }
  if (name === 'STRUCT') return new Struct(parts.map(memberOf))
  return (plain[name] ?? (() => new Utf8()))()
}

/** `name: type`, or `name type`, a name perhaps in backticks, a comment perhaps behind it. */
function memberOf(part: string): Field {
  const match = /^\s*(?:`((?:[^`]|``)+)`|([^\s:]+))\s*:?\s*(.*)$/s.exec(part)
  const name = match?.[1]?.replaceAll('``', '`') ?? match?.[2] ?? part
  return fieldOf(name, (match?.[3] ?? 'STRING').replace(/\s+(NOT NULL|COMMENT\b.*)$/is, ''))
}
