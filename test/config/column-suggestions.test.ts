import { expect, it } from '@jest/globals'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { columnSuggestions, jsonSchemas } from '../../src/config/index.ts'

const columns = ['id', 'email', 'plan']
const whole = jsonSchemas()['sync.schema.json'] ?? {}
const suggested = columnSuggestions(columns)

it.each([
  ['the key', ['source', 'key']],
  ['a key of several columns', ['source', 'key', 'items']],
  ['the cursor', ['source', 'changes', 'cursor']],
  ['a person', ['send', 'person', 'email']],
  ['a trait', ['send', 'traits', '*']],
  ['a trait with more to say', ['send', 'traits', '*', 'column']],
  ['a nested trait', ['send', 'traits', '*', 'fields', '*']],
  ['the time of an event', ['send', 'at']],
  ['a check', ['checks', 'not_null', 'items']],
])('suggests the columns for %s', (_, place) => {
  const at = place.reduce<Record<string, unknown>>(
    (node, step) => {
      const keys =
        step === '*' ? ['additionalProperties'] : step === 'items' ? [step] : ['properties', step]
      return keys.reduce((one, key) => (one[key] ?? {}) as typeof one, node)
    },
    suggested as Record<string, unknown>,
  )
  expect(at.$ref).toBe('#/$defs/column')
  expect(suggested).toMatchObject({ $defs: { column: { examples: columns } } })
})

it('suggests none for what is no column', () => {
  const { properties } = suggested as { properties: Record<string, object> }
  expect(Object.keys(properties)).toEqual(expect.arrayContaining(['source', 'send']))
  expect(properties).not.toHaveProperty('sync')
  expect(properties.source).not.toHaveProperty('properties.table')
})

it('takes what the schema of all sync files takes, and refuses what that refuses', () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false })
  // Where a project has it: beside the schema that is asked.
  ajv.addSchema(whole, 'file:///crm/node_modules/customerio-jobs/schemas/sync.schema.json')
  const check = ajv.compile({ ...suggested, $id: 'file:///crm/schemas/people.schema.json' })
  const people = (send: object) => ({
    sync: 'people',
    source: { table: 'a.b.c', key: 'id' },
    send: { call: 'identify', person: { id: 'id' }, ...send },
  })
  expect(check(people({ traits: { plan: 'plan', newer: 'a column of tomorrow' } }))).toBe(true)
  expect(check(people({ trait: { plan: 'plan' } }))).toBe(false)
  expect(check(people({ traits: { plan: 7 } }))).toBe(false)
})
