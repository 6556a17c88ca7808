import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import {
  bundleCheck,
  bundleIn,
  bundleSchemaNote,
  hasBundleSchema,
} from '../support/bundle-schema.ts'
import { aConsumer, type Consumer } from '../support/library.ts'

let consumer: Consumer
let root: string
beforeAll(() => {
  // Nothing but the packed package and what the twin needs.
  consumer = aConsumer(['@duckdb', 'lz4-napi', 'lz4-napi-linux-x64-gnu'].filter(isInstalled))
  root = join(consumer.folder, 'crm')
})
afterAll(() => consumer?.close())

const isInstalled = (name: string) => existsSync(join('node_modules', name))

function command(...words: string[]) {
  const { PATH, HOME } = process.env
  return spawnSync(
    process.execPath,
    [join(consumer.packed, 'dist/customerio-jobs.mjs'), ...words],
    { cwd: words[0] === 'init' ? consumer.folder : root, encoding: 'utf8', env: { PATH, HOME } },
  )
}

describe('a project from the packed package, in an empty folder', () => {
  it('is written by init, and not over files that are there', () => {
    const { status, stdout } = command('init', 'crm', '--region', 'eu')
    expect([status, stdout]).toEqual([0, expect.stringContaining('wrote the project crm')])
    const again = command('init', 'crm')
    expect([again.status, again.stderr]).toEqual([2, expect.stringContaining('FOLDER_NOT_EMPTY')])
  })

  it('is green at once: what npm run check does', () => {
    expect(command('validate').stdout).toContain('1 against customerio.lock.yml')
    expect(command('test').stdout).toContain('2 passed, 0 failed')
    expect(command('build', '--check').status).toBe(0)
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    expect(scripts.check).toBe(
      'customerio-jobs validate && customerio-jobs test && customerio-jobs build --check',
    )
  })

  it('runs its syncs on a twin, over the rows of their tests', () => {
    const { status, stdout, stderr } = command('demo', '--yes')
    expect([status, stderr]).toEqual([0, expect.not.stringContaining('error')])
    expect(stdout).toContain('made main.crm.customers from 3 rows of the tests')
    expect(stdout).toContain("The twin's Customer.io has 3 people and 0 events now.")
  })

  it('carries what is deployed, in a bundle that a build makes anew', () => {
    rmSync(join(root, 'dist'), { recursive: true })
    rmSync(join(root, 'resources/generated/crm.job.yml'))
    expect(command('build').stdout).toContain('wrote resources/generated/crm.job.yml')
    for (const name of ['job.mjs', 'launcher.py']) {
      const [own, packed] = [join(root, 'dist', name), join(consumer.packed, 'dist', name)]
      expect(readFileSync(own).equals(readFileSync(packed))).toBe(true)
    }
  })

  const schemaIt = hasBundleSchema ? it : it.skip
  schemaIt(`has a bundle that holds to the published schema${bundleSchemaNote}`, () => {
    expect(bundleCheck()(bundleIn(root))).toBe(undefined)
  })

  it('finds a misspelt column without a workspace', () => {
    const file = join(root, 'syncs/customers.yml')
    const text = readFileSync(file, 'utf8')
    writeFileSync(file, text.replace('plan: plan', 'plan: plann'))
    const { status, stdout } = command('validate')
    writeFileSync(file, text)
    expect([status, stdout]).toEqual([2, expect.stringContaining('did you mean plan?')])
  })

  it('of an earlier version is brought up to date by build', () => {
    const file = join(root, 'resources/generated/setup.job.yml')
    writeFileSync(file, readFileSync(file, 'utf8').replace('max_retries: 1', 'max_retries: 0'))
    const gone = join(root, 'resources/generated/gone.job.yml')
    const [mark] = readFileSync(file, 'utf8').split('\n')
    writeFileSync(gone, `${mark}\n`)
    expect(command('build', '--check').stderr).toMatch(/gone\.job\.yml\s+setup\.job\.yml|setup/)
    expect(command('build').status).toBe(0)
    expect([command('build', '--check').status, existsSync(gone)]).toEqual([0, false])
    const bundle = join(root, 'databricks.yml')
    const text = readFileSync(bundle, 'utf8')
    const older = text.replace(/ {2}notify_alerts:\n(?: {4}.*\n)+/, '')
    expect(older).not.toBe(text)
    writeFileSync(bundle, older)
    for (const words of [['build'], ['build', '--check']]) {
      const { status, stderr } = command(...words)
      expect([status, stderr]).toEqual([2, expect.stringContaining('VARIABLE_MISSING')])
      // What it shows can be put in as it is.
      const lines = stderr.slice(stderr.indexOf('  notify_alerts:')).trimEnd()
      writeFileSync(bundle, older.replace('variables:\n', `variables:\n${lines}\n`))
      expect(command(...words).status).toBe(0)
      expect(bundleIn(root)).toHaveProperty('variables.notify_alerts.type', 'complex')
      writeFileSync(bundle, older)
    }
    writeFileSync(bundle, text)
  })
})
