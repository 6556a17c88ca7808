import { readFileSync } from 'node:fs'
import { expect, it } from '@jest/globals'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { parse } from 'yaml'
import { jsonSchemas } from '../../src/config/index.ts'

it('keeps the schemas for editors up to date (npm run docs writes them)', () => {
  for (const [name, schema] of Object.entries(jsonSchemas())) {
    expect(JSON.parse(readFileSync(`schemas/${name}`, 'utf8'))).toEqual(
      JSON.parse(JSON.stringify(schema)),
    )
  }
})

it('accepts the files that are shipped', () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false })
  const schemas = jsonSchemas()
  const check = (schema: string, file: string) => {
    const validate = ajv.compile(schemas[schema] ?? {})
    validate(parse(readFileSync(file, 'utf8')))
    return validate.errors ?? []
  }
  expect(check('customerio.schema.json', 'customerio.yml')).toEqual([])
  expect(check('sync.schema.json', 'syncs/customers.yml')).toEqual([])
  expect(check('sync.schema.json', 'syncs/orders.yml')).toEqual([])
})
