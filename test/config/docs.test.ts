import { readFileSync } from 'node:fs'
import { expect, it } from '@jest/globals'
import { jsonSchemas } from '../../src/config/index.ts'
import { calls } from '../../src/core/index.ts'
import { aSyncFile, codesIn } from './project.ts'

const page = readFileSync('docs/sync-files.md', 'utf8')

/** The YAML block that follows this heading. */
const example = (heading: string) =>
  page.match(new RegExp(`^## ${heading}\\n[^#]*?\`\`\`yaml\\n(.*?)\`\`\``, 'ms'))?.[1] ?? ''

it('shows a customerio.yml that loads', () => {
  expect(example('customerio.yml')).toContain('share:')
  expect(
    codesIn({
      'customerio.yml': example('customerio.yml'),
      'syncs/customers.yml': aSyncFile('customers'),
      'syncs/orders.yml': aSyncFile('orders'),
      'syncs/products.yml': aSyncFile('products'),
    }),
  ).toEqual([])
})

it('shows a sync and a source that load', () => {
  const source = example('The source')
  expect(source).toContain('cursor:')
  expect(
    codesIn({
      'customerio.yml': `vars: { catalog: main, schema: shop }
destinations: { us: { region: us, key: env://US }, eu: { region: eu, key: env://EU } }
`,
      'syncs/customers.yml': example('A sync'),
      'syncs/orders.yml': `sync: orders
${source}send: { call: track, event: Paid, person: { id: id }, at: ts, to: us }
`,
      'syncs/orders.sql': 'SELECT 1',
    }),
  ).toEqual([])
})

it('tells about every key of both files', () => {
  const keys = Object.values(jsonSchemas()).flatMap(keysOf)
  expect(keys).toEqual(expect.arrayContaining(['renamed_from', 'max_change_factor', 'share']))
  expect([...new Set(keys)].filter((key) => !new RegExp(`\\b${key}\\b`).test(page))).toEqual([])
})

/** The names of all properties that a schema knows, at any depth. */
function keysOf(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return []
  return Object.entries(schema).flatMap(([word, inner]) =>
    word === 'properties'
      ? Object.entries(inner).flatMap(([key, value]) => [key, ...keysOf(value)])
      : keysOf(inner),
  )
}

it('shows calls that load, one of each', () => {
  const sends = example('Calls').split('\n').filter(Boolean)
  const called = sends.map((send) => /call: (\w+)/.exec(send)?.[1])
  expect([...new Set(called)].sort()).toEqual([...calls].sort())
  for (const [i, send] of sends.entries()) {
    const start = /call: (track|page|screen)/.test(send) ? ', start: all' : ''
    expect(
      codesIn({
        'customerio.yml': `vars: { catalog: main }
destinations: { us: { region: us, key: env://US } }
object_types: { company: 1 }
`,
        'syncs/a.yml': `sync: s${i}\nsource: { table: t, key: k${start} }\n${send}\n`,
      }),
    ).toEqual([])
  }
})

it('shows consent that loads', () => {
  expect(
    codesIn({
      'syncs/a.yml': `sync: a\nsource: { table: t, key: k }\nsend: { call: identify, person: { id: k }, ${example('Consent').trim()} }\n`,
    }),
  ).toEqual([])
})
