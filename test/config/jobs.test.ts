import { expect, it } from '@jest/globals'
import { loadProject } from '../../src/config/index.ts'
import { aProject, aProjectFile, aSyncFile, codesIn, messageOf } from './project.ts'

const filesWith = (job: string, more = '') => ({
  'customerio.yml': `${aProjectFile}${more}jobs: { crm: { syncs: [customers], ${job} } }\n`,
  'syncs/customers.yml': aSyncFile(),
})
const loaded = (job: string, more = '', target?: string) =>
  loadProject(aProject(filesWith(job, more)), target)

it('reads what starts a job and into how many slices its syncs are cut', () => {
  expect(loaded('cron: 0 0 3 * * ?, slices: { customers: 4 }').jobs).toEqual([
    {
      name: 'crm',
      share: 1,
      cron: '0 0 3 * * ?',
      longestGapMs: 86_400_000,
      syncs: ['customers'],
      after: {},
      slices: { customers: 4 },
    },
  ])
})

it('fills variables in where tables start a job, for each target', () => {
  const targets = 'targets: { dev: { vars: { catalog: dev } } }\n'
  const job = 'on_table_update: ["${catalog}.gold.customers"]'
  expect(loaded(job, targets).jobs[0]?.onTableUpdate).toEqual(['main.gold.customers'])
  expect(loaded(job, targets, 'dev').jobs[0]?.onTableUpdate).toEqual(['dev.gold.customers'])
  expect(loaded(job, targets).targets).toEqual(['dev'])
})

it.each([
  ['a variable that is none', 'on_table_update: ["${catalg}.gold.customers"]', 'unknown_variable'],
  ['slices of a sync that is not of the job', 'slices: { orders: 2 }', 'slices_outside_job'],
])('refuses %s', (_, job, code) => {
  expect(codesIn(filesWith(job)).map((text) => text.split(' ')[0])).toContain(code)
})

it('refuses a cron expression of five fields, which is no Quartz', () => {
  const text = messageOf(() => loaded('cron: 0 3 * * *'))
  expect(text).toContain('a Quartz expression of six or seven fields')
})

it('refuses a cron expression with a field that is wrong, naming it', () => {
  const text = messageOf(() => loaded('cron: 0 0 25 * * ?'))
  expect(text).toContain('a Quartz expression: "25" is none of the hours, 0 to 23')
})

it('refuses more tables than Databricks watches', () => {
  const tables = Array.from({ length: 11 }, (_, i) => `main.gold.t${i}`)
  expect(messageOf(() => loaded(`on_table_update: [${tables}]`))).toContain('at most 10 tables')
})
