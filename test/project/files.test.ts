import { readFileSync } from 'node:fs'
import { expect, it } from '@jest/globals'
import { parse } from 'yaml'
import { projectFiles } from '../../src/project/index.ts'

const project = {
  name: 'crm',
  region: 'eu',
  syncs: ['customers'],
  catalog: 'main',
  schema: 'gold',
  version: '1.2.3',
  peers: { '@duckdb/node-api': '1.5.6' },
} as const
const files = projectFiles(project)
const yaml = (path: string) => parse(files.get(path) ?? '')

it('is a project whose targets have the same names in both files', () => {
  const targets = (path: string) => Object.keys(yaml(path).targets)
  expect(targets('databricks.yml')).toEqual(['dev', 'staging', 'prod'])
  expect(targets('customerio.yml')).toEqual(targets('databricks.yml'))
})

it('has the variables and targets that this repository deploys itself with', () => {
  const own = parse(readFileSync('databricks.yml', 'utf8'))
  const { variables, targets } = yaml('databricks.yml')
  expect({ variables, targets }).toEqual({ variables: own.variables, targets: own.targets })
})

it('sends to the region that was stated, with a key of its name', () => {
  expect(yaml('customerio.yml').destinations).toEqual({
    eu: { region: 'eu', key: 'secret://customerio/eu', requests_per_second: 100 },
  })
})

it('pins the package and what the twin needs', () => {
  const { dependencies, devDependencies } = JSON.parse(files.get('package.json') ?? '')
  expect([dependencies, devDependencies]).toEqual([{ 'customerio-jobs': '1.2.3' }, project.peers])
})

it('has a workflow that stores no secret and deploys only behind the checks', () => {
  const workflow = yaml('.github/workflows/customerio.yml')
  expect(files.get('.github/workflows/customerio.yml')).not.toContain('secrets.')
  expect(workflow.permissions).toEqual({ contents: 'read' })
  for (const target of ['staging', 'prod']) {
    const { needs, environment, permissions } = workflow.jobs[target]
    expect([needs, environment, permissions['id-token']]).toEqual(['check', target, 'write'])
  }
})

it('is refused a name that a package or a bundle could not have', () => {
  expect(() => projectFiles({ ...project, name: 'My CRM' })).toThrow(/lower case letters/)
})
