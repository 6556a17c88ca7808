import { expect, it } from '@jest/globals'
import { runCli } from '../../src/cli/index.ts'
import { catchOutput } from '../support/catch-output.ts'

const output = catchOutput()

it('does not guess which of two beginnings is meant', async () => {
  await runCli(['report', '--week', '--since', '2026-01-31'])
  expect(process.exitCode).toBe(2)
  expect(output.text).toContain('mutually exclusive')
  process.exitCode = 0
})

it('refuses a moment that is none', async () => {
  await runCli(['report', '--since', 'yesterday'])
  expect([process.exitCode, output.text]).toEqual([2, expect.stringContaining('TIME_INVALID')])
  process.exitCode = 0
})
