import { readFileSync } from 'node:fs'
import { expect, it } from '@jest/globals'
import { eventRules, semantic } from '../../../src/customerio/index.ts'
import { lineOf, productLine } from './table.ts'

const page = readFileSync('docs/semantic-events.md', 'utf8').split('\n')
const lines = page.filter((line) => line.startsWith('| `') && line.split('|').length === 5)

it('docs/semantic-events.md has a line for every event, with every property and its type', () => {
  expect(lines).toEqual(Array.from(eventRules.values(), lineOf))
  expect(page).toContain(productLine())
})

it('docs/semantic-events.md calls the builders by their names', () => {
  expect(lines.map((line) => line.split('`')[3])).toEqual(Object.keys(semantic))
})

it('docs/semantic-events.md names the call and the device that an event needs', () => {
  for (const { name, call, needsDevice } of eventRules.values()) {
    if (call !== undefined) expect(page).toContain(`| ${name} | \`call: ${call}\` |`)
    if (needsDevice) expect(page.join('\n')).toMatch(new RegExp(`${name}.*context\\.device`))
  }
})
