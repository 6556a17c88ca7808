import type { Metadata } from './actions.ts'
import { DeltaError } from './errors.ts'
import type { Column } from './model.ts'
import { parseSqlType } from './sql-types.ts'
import { type DeltaType, type Field, type StructType, sqlText } from './types.ts'

/** The schema that a table's metadata holds. Throws when there is none that can be read. */
export function readSchema(metadata: Metadata, table: string): StructType {
  let schema: unknown
  try {
    schema = JSON.parse(metadata.schemaString)
  } catch {
    schema = undefined
  }
  if (!isStruct(schema)) {
    throw new DeltaError(
      'DELTA_SCHEMA_NOT_SET',
      `The log of ${table} holds no readable schema. Copy the table again, or drop its folder.`,
      { table },
    )
  }
  return schema
}

/** Fields as the columns of the door. */
export function toColumns(fields: readonly Field[]): Column[] {
  return fields.map((field) => {
    const comment = field.metadata.comment
    return {
      name: field.name,
      type: sqlText(field.type),
      nullable: field.nullable,
      ...(typeof comment === 'string' ? { comment } : {}),
    }
  })
}

/**
 * Columns as the fields of a schema. Refuses what a table without column mapping cannot name, names that differ
 * in case only, and NOT NULL inside a type, which would not be enforced.
 */
export function toFields(columns: readonly Column[]): Field[] {
  const seen = new Set<string>()
  for (const { name } of columns) {
    checkName(name)
    if (seen.has(name.toLowerCase())) {
      throw new DeltaError(
        'DELTA_DUPLICATE_COLUMNS_FOUND',
        `Column ${name} is there twice; case does not tell columns apart. Rename one of them.`,
      )
    }
    seen.add(name.toLowerCase())
  }
  return columns.map((column) => {
    const type = parseSqlType(column.type)
    checkNested(type, column.name)
    const metadata = column.comment === undefined ? {} : { comment: column.comment }
    return { name: column.name, type, nullable: column.nullable, metadata }
  })
}

/** Columns of the door as fields to read by; nothing is checked, for the table may come from elsewhere. */
export function fieldsOf(columns: readonly Column[]): Field[] {
  return columns.map(({ name, type, nullable }) => {
    return { name, type: parseSqlType(type), nullable, metadata: {} }
  })
}

/** The field of a name, in any case. */
export function fieldNamed(fields: readonly Field[], name: string): Field | undefined {
  return fields.find((field) => field.name.toLowerCase() === name.toLowerCase())
}

function isStruct(value: unknown): value is StructType {
  const struct = value as StructType | null | undefined
  return (
    typeof struct === 'object' &&
    struct !== null &&
    struct.type === 'struct' &&
    Array.isArray(struct.fields)
  )
}

/** The characters that Delta forbids without column mapping, and the names that rewriting a file needs. */
function checkName(name: string): void {
  if (name === '' || /[ ,;{}()\n\t=]/.test(name)) {
    throw new DeltaError(
      'DELTA_INVALID_CHARACTERS_IN_COLUMN_NAMES',
      `Column name '${name}' is empty or holds one of the characters ' ,;{}()\\n\\t='. Rename the column.`,
    )
  }
  if (/^(file_row_number$|__delta_)/i.test(name)) {
    throw new DeltaError(
      'DELTA_RESERVED_COLUMN_NAME',
      `Column name ${name} is reserved in local tables. Rename the column.`,
    )
  }
}

function checkNested(type: DeltaType, column: string): void {
  if (typeof type === 'string') return
  if (type.type === 'array') checkNested(type.elementType, column)
  else if (type.type === 'map') {
    checkNested(type.keyType, column)
    checkNested(type.valueType, column)
  } else for (const field of type.fields) checkField(field, column)
}

function checkField(field: Field, column: string): void {
  checkName(field.name)
  if (!field.nullable) {
    throw new DeltaError(
      'DELTA_NESTED_NOT_NULL_CONSTRAINT',
      `NOT NULL inside the type of column ${column} is not enforced by local tables. Leave it out.`,
    )
  }
  checkNested(field.type, column)
}
