import { expect, it } from '@jest/globals'
import { loadProject } from '../../src/config/index.ts'
import { aProject, aProjectFile, aSyncFile, messageOf } from './project.ts'

const problemsOf = (files: Record<string, string>, target?: string) =>
  messageOf(() => loadProject(aProject({ 'customerio.yml': aProjectFile, ...files }), target))

it('reads a project into frozen values with defaults and variables filled in', () => {
  const project = loadProject(
    aProject({ 'customerio.yml': aProjectFile, 'syncs/customers.yml': aSyncFile() }),
  )
  expect(project.control).toBe('main.customerio')
  expect(project.destinations.us).toEqual({
    name: 'us',
    region: 'us',
    key: { kind: 'workspace', scope: 'customerio', key: 'us' },
    requestsPerSecond: 100,
  })
  expect(project.syncs[0]).toMatchObject({
    name: 'customers',
    source: { from: { table: 'main.gold.customers' }, key: ['id'], changes: { kind: 'full' } },
    send: {
      call: 'identify',
      to: { kind: 'one', destination: 'us' },
      person: { id: 'id' },
      fields: { name: { kind: 'column', column: 'full_name', path: ['send', 'traits', 'name'] } },
      nulls: 'omit',
    },
    keepPayload: false,
  })
  expect(Object.isFrozen(project.syncs[0]?.send)).toBe(true)
})

it('names file, line and column of an unknown key and suggests the right one', () => {
  expect(problemsOf({ 'syncs/a.yml': aSyncFile('a', 'ownr: crm\n') })).toContain(
    'syncs/a.yml:7:1  "ownr" is not a key here (did you mean "owner"?)',
  )
})

it('finds an unknown key deep inside a field', () => {
  const file = aSyncFile().replace('name: full_name', 'name: { column: full_name, maks: sha256 }')
  expect(problemsOf({ 'syncs/a.yml': file })).toContain(
    '"maks" is not a key here (did you mean "mask"?)',
  )
})

it('lists the problems of all files at once', () => {
  const text = problemsOf({
    'syncs/a.yml': aSyncFile('a', 'ownr: crm\n'),
    'syncs/b.yml': aSyncFile('b').replace('call: identify', 'call: identfy'),
    'syncs/c.yml': aSyncFile('c').replace('${catalog}', '${catalg}'),
  })
  expect(text).toContain('3 problems')
  expect(text).toContain('syncs/b.yml:4:9')
  expect(text).toContain('${catalg} is not a variable of customerio.yml (did you mean ${catalog}?)')
})

it('refuses two syncs of one name and says where the other is', () => {
  expect(
    problemsOf({ 'syncs/a.yml': aSyncFile('same'), 'syncs/b.yml': aSyncFile('same') }),
  ).toContain('syncs/b.yml:1:7  the name "same" is taken by syncs/a.yml')
})

it('refuses YAML with a key twice', () => {
  expect(problemsOf({ 'syncs/a.yml': aSyncFile('a', 'sync: b\n') })).toMatch(
    /syncs\/a\.yml:7:1 {2}not valid YAML: Map keys must be unique/,
  )
})

it('refuses a secret that is written down', () => {
  expect(
    problemsOf({ 'customerio.yml': aProjectFile.replace('secret://customerio/us', 'abc123') }),
  ).toContain('customerio.yml:3:26  destinations.us.key: a secret is named, never written down')
})

it('refuses a region that is neither us nor eu', () => {
  expect(
    problemsOf({ 'customerio.yml': aProjectFile.replace('region: us', 'region: uk') }),
  ).toContain('region is us or eu, as your Customer.io account says')
})

it('wants a destination named when there are several', () => {
  const two = `${aProjectFile}  eu: { region: eu, key: env://KEY }\n`
  expect(problemsOf({ 'customerio.yml': two, 'syncs/a.yml': aSyncFile() })).toContain(
    'several destinations: say which (add to: us or to: eu)',
  )
})

it('refuses a route to a destination that does not exist', () => {
  const file = aSyncFile().replace(
    '  person:',
    '  to: { by: region, routes: { EU: europe } }\n  person:',
  )
  expect(problemsOf({ 'syncs/a.yml': file })).toContain(
    'syncs/a.yml:5:35  "europe" is not a destination of customerio.yml (known: us)',
  )
})

it('wants a start for events and refuses one for states', () => {
  const event = `sync: orders
source: { table: t, key: id, changes: full }
send: { call: track, event: Order Completed, person: { id: id }, at: ts }
`
  expect(problemsOf({ 'syncs/a.yml': event })).toContain('say from when on (add start: all')
  const state = aSyncFile().replace('changes: full', 'changes: full, start: now')
  expect(problemsOf({ 'syncs/a.yml': state })).toContain('start is for events')
})

it('reads a query from a file beside the sync and fills in variables there', () => {
  const project = loadProject(
    aProject({
      'customerio.yml': aProjectFile,
      'syncs/a.yml': aSyncFile().replace('table: "${catalog}.gold.customers"', 'query_file: a.sql'),
      'syncs/a.sql': 'SELECT * FROM ${catalog}.gold.t',
    }),
  )
  expect(project.syncs[0]?.source.from).toEqual({ query: 'SELECT * FROM main.gold.t' })
})

it('says which query file is missing', () => {
  const file = aSyncFile().replace('table: "${catalog}.gold.customers"', 'query_file: a.sql')
  expect(problemsOf({ 'syncs/a.yml': file })).toContain('syncs/a.sql cannot be read')
})

it('wants exactly one of table, query and query_file', () => {
  const file = aSyncFile().replace('key: id', 'query: SELECT 1, key: id')
  expect(problemsOf({ 'syncs/a.yml': file })).toContain(
    'name exactly one of table, query and query_file',
  )
})

it('lets a target change variables and destinations', () => {
  const root = aProject({
    'customerio.yml': `${aProjectFile}targets:
  dev: { vars: { catalog: dev }, destinations: { us: { key: env://DEV_KEY, requests_per_second: 5 } } }
`,
    'syncs/a.yml': aSyncFile(),
  })
  const project = loadProject(root, 'dev')
  expect(project.syncs[0]?.source.from).toEqual({ table: 'dev.gold.customers' })
  expect(project.destinations.us).toMatchObject({
    key: { kind: 'env', name: 'DEV_KEY' },
    requestsPerSecond: 5,
  })
})

it('refuses an unknown target', () => {
  expect(problemsOf({}, 'prod')).toContain('"prod" is not a target of customerio.yml (known: none)')
})

it('refuses jobs with unknown syncs, outsiders in after, and circles', () => {
  const text = problemsOf({
    'customerio.yml': `${aProjectFile}jobs:
  crm: { syncs: [a, b, custmers], after: { a: [b], b: [a], c: [a] } }
`,
    'syncs/a.yml': aSyncFile('a'),
    'syncs/b.yml': aSyncFile('b'),
    'syncs/customers.yml': aSyncFile(),
  })
  expect(text).toContain('"custmers" is not a sync in syncs/ (did you mean "customers"?)')
  expect(text).toContain('"c" is not a sync of job "crm"')
  expect(text).toContain('"a" would wait for itself')
})

it('says where to run when there is no project', () => {
  expect(messageOf(() => loadProject(aProject({})))).toContain('there is no customerio.yml')
})

it('reads the limit of a target, and the canary of a sync with its defaults', () => {
  const root = aProject({
    'customerio.yml': `${aProjectFile}targets: { staging: { limit: 1000 }, prod: {} }\n`,
    'syncs/a.yml': aSyncFile('a'),
    'syncs/b.yml': aSyncFile('b', 'canary: {}\n'),
    'syncs/c.yml': aSyncFile('c', 'canary: { rows: 50, hold: 30m }\n'),
  })
  expect(loadProject(root, 'staging').limit).toBe(1000)
  expect(loadProject(root, 'prod')).not.toHaveProperty('limit')
  expect(loadProject(root).syncs.map(({ canary }) => canary)).toEqual([
    undefined,
    { rows: 1000, holdMs: 7_200_000 },
    { rows: 50, holdMs: 1_800_000 },
  ])
})
