import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { runCli } from '../../src/cli/index.ts'
import { catchOutput } from '../support/catch-output.ts'

const output = catchOutput()
const folder = mkdtempSync(join(tmpdir(), 'cli-doctor-'))
const variables = {
  DATABRICKS_HOST: 'https://127.0.0.1:9',
  DATABRICKS_WAREHOUSE_ID: 'none',
  DATABRICKS_TOKEN: 'never-to-be-seen',
}
const before = { ...process.env }
beforeAll(() => {
  writeFileSync(
    join(folder, 'customerio.yml'),
    'vars: { catalog: main }\ndestinations: { us: { region: us, key: env://KEY } }\n',
  )
})
beforeEach(() => {
  for (const name of Object.keys(variables)) delete process.env[name]
})
afterAll(() => {
  process.env = before
  rmSync(folder, { recursive: true, force: true })
})

async function exitCode(...words: string[]): Promise<unknown> {
  process.exitCode = 0
  await runCli([...words, '--project', folder])
  const code = process.exitCode
  process.exitCode = 0
  return code
}

describe('doctor, as a person types it', () => {
  it('without a connection says what is missing, and exits 2', async () => {
    expect(await exitCode('doctor')).toBe(2)
    expect(output.text).toContain('  ✗ the environment does not say where Databricks is')
    expect(output.text).toMatch(/\n1 failed, 0 warnings, \d+ fine, 8 skipped\n/)
  })

  it('prints JSON when it is asked to, and no token', async () => {
    Object.assign(process.env, { ...variables, DATABRICKS_HOST: 'http://plain' })
    expect(await exitCode('doctor', '--json')).toBe(2)
    const [line = ''] = output.text.split('\n').filter((one) => one.startsWith('{'))
    expect(JSON.parse(line)).toMatchObject({
      target: null,
      checks: [
        { check: 'settings', findings: expect.any(Array) },
        {},
        {},
        {},
        {},
        {},
        {},
        {},
        {},
        {},
        {},
      ],
    })
    expect(output.text).not.toContain(variables.DATABRICKS_TOKEN)
  })

  it('experiments with nothing unless it is told to go on', async () => {
    Object.assign(process.env, variables)
    expect(await exitCode('doctor', '--live')).toBe(2)
    expect(output.text).toContain('LIVE_CONFIRM')
    expect(await exitCode('doctor', '--live', '--forget', 'somebody')).toBe(2)
    expect(output.text).toContain('PERSON_INVALID')
  })
})
