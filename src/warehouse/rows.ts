import { type DataType, RecordBatchReader, Type, type Vector } from 'apache-arrow'
import type { ArrowPage, SqlRow } from './ports.ts'

/** Small results as plain objects; see {@link SqlRow} for how each type arrives. */
export function toRows(pages: readonly ArrowPage[]): SqlRow[] {
  const rows: SqlRow[] = []
  for (const page of pages) {
    for (const batch of RecordBatchReader.from(page.messages)) {
      const columns = batch.schema.fields.map((field, i) => ({
        name: field.name,
        type: field.type as DataType,
        vector: batch.getChildAt(i) as Vector,
      }))
      for (let row = 0; row < batch.numRows; row++) {
        rows.push(
          Object.fromEntries(
            columns.map(({ name, type, vector }) => [name, plain(vector.get(row), type)]),
          ),
        )
      }
    }
  }
  return rows
}

function plain(value: unknown, type: DataType): unknown {
  if (value === null || value === undefined) return null
  switch (type.typeId) {
    case Type.Int:
      return typeof value === 'bigint' && Number.isSafeInteger(Number(value))
        ? Number(value)
        : value
    case Type.Decimal:
      return decimalText(value as Uint32Array, (type as DataType & { scale: number }).scale)
    case Type.Timestamp:
      return new Date(Number(value))
    case Type.Date:
      return new Date(Number(value)).toISOString().slice(0, 10)
    case Type.List:
      return Array.from(value as Vector, (item) => plain(item, childType(type, 0)))
    case Type.Struct:
      return Object.fromEntries(
        type.children.map((child) => [
          child.name,
          plain((value as Record<string, unknown>)[child.name], child.type as DataType),
        ]),
      )
    case Type.Map: {
      const valueType = childType(childType(type, 0), 1)
      return Object.fromEntries(
        [...(value as Iterable<[unknown, unknown]>)].map(([key, item]) => [
          String(key),
          plain(item, valueType),
        ]),
      )
    }
    default:
      return value
  }
}

function childType(type: DataType, index: number): DataType {
  return type.children[index]?.type as DataType
}

/** The exact text of a 128-bit decimal given as four little-endian words. */
function decimalText(words: Uint32Array, scale: number): string {
  let unscaled = 0n
  for (let i = words.length - 1; i >= 0; i--) unscaled = (unscaled << 32n) | BigInt(words[i] ?? 0)
  unscaled = BigInt.asIntN(words.length * 32, unscaled)
  if (scale <= 0) return unscaled.toString()
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0')
  const cut = digits.length - scale
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, cut)}.${digits.slice(cut)}`
}
