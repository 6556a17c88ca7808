import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from '@jest/globals'
import { parse } from 'yaml'
import { runCli } from '../../src/cli/index.ts'
import { aProject, aProjectFile, aSyncFile } from '../config/project.ts'
import {
  bundleCheck,
  bundleIn,
  bundleSchemaNote,
  hasBundleSchema,
} from '../support/bundle-schema.ts'
import { catchOutput } from '../support/catch-output.ts'

const output = catchOutput()

async function build(project: string, ...words: string[]): Promise<unknown> {
  process.exitCode = 0
  await runCli(['build', '--project', project, ...words])
  return process.exitCode
}

const jobs = 'jobs: { crm: { every: 1h, syncs: [customers] } }\n'
const aFolder = () =>
  aProject({ 'customerio.yml': aProjectFile + jobs, 'syncs/customers.yml': aSyncFile() })
const generated = (root: string) => join(root, 'resources/generated')

it('writes what customerio.yml says, and finds no difference then', async () => {
  const root = aFolder()
  expect(await build(root)).toBe(0)
  expect(output.text).toContain('wrote resources/generated/crm.job.yml')
  expect(readdirSync(generated(root))).toContain('grants.default.sql')
  expect(await build(root, '--check')).toBe(0)
})

it('--check fails where somebody forgot to build, names the files and writes nothing', async () => {
  const root = aFolder()
  expect(await build(root, '--check')).toBe(2)
  expect(existsSync(generated(root))).toBe(false)
  await build(root)
  const file = join(generated(root), 'crm.job.yml')
  writeFileSync(file, readFileSync(file, 'utf8').replace('interval: 1', 'interval: 2'))
  output.text = ''
  expect(await build(root, '--check')).toBe(2)
  expect(output.text).toContain('resources/generated differ')
  expect(output.text.match(/^ {2}\S+$/gm)).toEqual(['  crm.job.yml'])
})

it('removes files of jobs that are gone, and leaves what somebody else put there', async () => {
  const root = aFolder()
  await build(root)
  writeFileSync(join(generated(root), 'own.job.yml'), '# by hand\n')
  writeFileSync(join(root, 'customerio.yml'), aProjectFile + jobs.replace('crm', 'sales'))
  expect(await build(root, '--check')).toBe(2)
  expect(await build(root)).toBe(0)
  const names = readdirSync(generated(root))
  expect(names).toEqual(expect.arrayContaining(['own.job.yml', 'sales.job.yml']))
  expect(names).not.toContain('crm.job.yml')
})

it('keeps this repository up to date: its resources are what its customerio.yml says', async () => {
  expect([await build('.', '--check'), output.text]).toEqual([0, expect.any(String)])
})

it('has a target of the bundle for every target of customerio.yml, and no other', () => {
  const targets = (file: string) => Object.keys(parse(readFileSync(file, 'utf8')).targets)
  expect(targets('databricks.yml')).toEqual(targets('customerio.yml'))
})

it('ships only what runs', () => {
  const { sync } = parse(readFileSync('databricks.yml', 'utf8'))
  const ignored = readFileSync('.gitignore', 'utf8').split('\n')
  const shipped = readdirSync('.', { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .filter((name) => !ignored.includes(`${name}/`) && !sync.exclude.includes(`${name}/**`))
  expect(shipped).toEqual(['syncs'])
  expect(sync.include).toEqual(['dist/job.mjs', 'dist/launcher.py'])
})

const schemaIt = hasBundleSchema ? it : it.skip
schemaIt(
  `has a databricks.yml that holds to the published schema, with all it includes${bundleSchemaNote}`,
  () => {
    expect(bundleCheck()(bundleIn('.'))).toBe(undefined)
  },
)
