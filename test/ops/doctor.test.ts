import { readFileSync } from 'node:fs'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { SourceError } from '../../src/core/index.ts'
import { skew } from '../../src/ops/doctor/clock.ts'
import { failed, failedBy, ok, skipped, warning } from '../../src/ops/doctor/finding.ts'
import { nodeFindings } from '../../src/ops/doctor/node.ts'
import { wrapped } from '../../src/ops/doctor/wrapped.ts'
import { type Diagnosis, doctorText, experimentNames } from '../../src/ops/index.ts'

describe('a clock', () => {
  it('may be off by half a minute, warns from there on, and fails beyond five minutes', () => {
    const health = (seconds: number) => skew(seconds * 1000, 'workspace').health
    expect([30, -30, 31, -31, 300, -301].map(health)).toEqual([
      'ok',
      'ok',
      'warning',
      'warning',
      'warning',
      'failed',
    ])
    expect(skew(-90_000, 'workspace').found).toBe("this machine's clock is 90 s behind")
  })
})

describe('Node', () => {
  it('is new enough from the version on that package.json names', () => {
    const { engines } = JSON.parse(readFileSync('package.json', 'utf8'))
    expect(engines.node).toBe('>=20.19')
    const health = (version: string) => nodeFindings(version, {})[0]?.health
    expect(['18.20.0', '20.18.9', '20.19.0', '24.1.0'].map(health)).toEqual([
      'failed',
      'failed',
      'ok',
      'ok',
    ])
  })

  it('in a task says which one', () => {
    const task = { CUSTOMERIO_JOBS_JOB_RUN_ID: '7', CUSTOMERIO_JOBS_TASK_KEY: 'doctor' }
    expect(nodeFindings('24.15.0', task)[0]?.found).toContain('job run 7, task doctor')
  })
})

describe('a failure', () => {
  it('splits an error of ours into what happened and what to do', () => {
    const error = new SourceError('UNAUTHENTICATED', 'no token came; check the secret')
    expect(failedBy(error)).toEqual({
      health: 'failed',
      found: 'no token came',
      cure: 'check the secret',
      code: 'UNAUTHENTICATED',
    })
    expect(failedBy(error, 'x', 'better').cure).toBe('better')
  })

  it('always has a cure', () => {
    expect(failedBy(new Error('what')).cure).toContain('--verbose')
    expect(failedBy(new SourceError('SOME_CODE', 'what')).cure).toContain('SOME_CODE')
  })
})

describe('the text', () => {
  const diagnosis: Diagnosis = {
    version: '1.2.3',
    target: 'prod',
    checks: [
      { check: 'settings', findings: [ok('from DATABRICKS_HOST', 'workspace')] },
      { check: 'identity', findings: [failed('no token came', 'check the secret')] },
      { check: 'warehouse', findings: [skipped('identity failed')] },
      { check: 'clock', findings: [warning('40 s ahead', 'set it')] },
    ],
  }

  it('has a heading for each check, the cure below what was found, and counts', () => {
    expect(doctorText(diagnosis, { width: 80, colours: false })).toEqual([
      'customerio-jobs 1.2.3, target prod',
      '',
      'Settings, and where they come from',
      '  ✓ workspace: from DATABRICKS_HOST',
      '',
      'Identity',
      '  ✗ no token came',
      '    → check the secret',
      '',
      'SQL warehouse',
      '  · skipped: identity failed',
      '',
      'Clock',
      '  ! 40 s ahead',
      '    → set it',
      '',
      '1 failed, 1 warning, 1 fine, 1 skipped',
    ])
  })

  it('is no wider than the terminal, and loses no word', () => {
    const words = fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1 })
    fc.assert(
      fc.property(words, fc.integer({ min: 20, max: 100 }), (all, width) => {
        const lines = wrapped(all.join(' '), width)
        expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width)
        expect(lines.join(' ')).toBe(all.join(' '))
      }),
    )
  })
})

it('names every experiment in docs/promises.md, with what rests on it', () => {
  const page = readFileSync('docs/promises.md', 'utf8')
  expect(experimentNames.filter((name) => !page.includes(`\`${name}\``))).toEqual([])
})
