import { DataType, type Field, Precision } from 'apache-arrow'

/** What a column's values are to a message, whatever Arrow type and encoding carry them. */
export type Kind =
  | 'text'
  | 'integer'
  | 'float'
  | 'boolean'
  | 'decimal'
  | 'date'
  | 'timestamp'
  | 'list'
  | 'struct'
  | 'map'
  | 'null'
  | 'unsendable'

/** The kind of a type; a dictionary is of the kind of its values. Looks at the outermost type only. */
export function kindOf(type: DataType): Kind {
  if (DataType.isDictionary(type)) return kindOf(type.dictionary)
  if (DataType.isUtf8(type) || DataType.isLargeUtf8(type)) return 'text'
  if (DataType.isInt(type)) return 'integer'
  if (DataType.isFloat(type)) return type.precision === Precision.HALF ? 'unsendable' : 'float'
  if (DataType.isBool(type)) return 'boolean'
  if (DataType.isDecimal(type)) return 'decimal'
  if (DataType.isDate(type)) return 'date'
  if (DataType.isTimestamp(type)) return 'timestamp'
  if (DataType.isList(type) || DataType.isLargeList(type) || DataType.isFixedSizeList(type)) {
    return 'list'
  }
  if (DataType.isStruct(type)) return 'struct'
  if (DataType.isMap(type)) return 'map'
  return DataType.isNull(type) ? 'null' : 'unsendable'
}

/** True for the kinds that `as: unix | iso` is about. */
export function isTime(kind: Kind): boolean {
  return kind === 'date' || kind === 'timestamp'
}

/** True for kinds made of other values. */
export function isNested(kind: Kind): boolean {
  return kind === 'list' || kind === 'struct' || kind === 'map'
}

/** True for kinds whose JSON never takes more than some dozens of bytes. */
export function isAlwaysShort(kind: Kind): boolean {
  return !isNested(kind) && kind !== 'text'
}

/** The first type within `type` that no message can carry, itself included; undefined when all can. */
export function unsendablePart(type: DataType): DataType | undefined {
  const kind = kindOf(type)
  if (kind === 'unsendable') return type
  if (!isNested(kind)) return undefined
  const nested = DataType.isDictionary(type) ? type.dictionary : type
  for (const child of nested.children as readonly Field[]) {
    const part = unsendablePart(child.type)
    if (part !== undefined) return part
  }
  // A map's key must have a text.
  const [entries] = DataType.isMap(nested) ? nested.children : []
  const key: DataType | undefined = entries?.type.children[0]?.type
  return key !== undefined && isNested(kindOf(key)) ? key : undefined
}

/** The SQL type as the warehouse names it, where it says so, else Arrow's name. */
export function typeName(field: Field): string {
  return sqlName(field) ?? String(field.type)
}

/** True for an INTERVAL: it arrives as text, and only the field's metadata tells. */
export function isInterval(field: Field): boolean {
  return sqlName(field)?.toUpperCase().startsWith('INTERVAL') ?? false
}

function sqlName(field: Field): string | undefined {
  return field.metadata.get('Spark:DataType:SqlName')
}
