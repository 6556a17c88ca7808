import { expect, it } from '@jest/globals'
import { lockedSchema, sqlTypes, typeParts } from '../../src/source/index.ts'

const columns = {
  a: 'BIGINT',
  b: 'DECIMAL(12,2)',
  c: 'TIMESTAMP_NTZ',
  d: 'ARRAY<STRUCT<x: INT, `y, z`: MAP<STRING, ARRAY<DOUBLE>>>>',
  e: 'INTERVAL DAY TO SECOND',
  f: 'integer',
}

it('makes of locked types the schema that their rows would have', () => {
  const schema = lockedSchema({ columns, personal: {} })
  expect(schema.fields.map(({ type }) => String(type))).toEqual([
    'Int64',
    'Decimal[12e+2]',
    'Timestamp<MICROSECOND>',
    'List<Struct<{x:Int32, y, z:Map<{key:Utf8, value:List<Float64>}>}>>',
    'Utf8',
    'Int32',
  ])
})

it('keeps the names of the types', () => {
  expect(sqlTypes(lockedSchema({ columns, personal: {} }))).toEqual(columns)
})

it('takes types apart at the commas that are its own', () => {
  expect(typeParts('MAP<STRING, STRUCT<a: INT, b: DECIMAL(3,1)>>')).toEqual({
    name: 'MAP',
    parts: ['STRING', 'STRUCT<a: INT, b: DECIMAL(3,1)>'],
  })
  expect(typeParts(' string ')).toEqual({ name: 'STRING', parts: [] })
})
