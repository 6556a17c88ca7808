import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { runCli } from '../../src/cli/index.ts'
import { stopSignal } from '../../src/cli/stop-signal.ts'
import { processTerminal } from '../../src/cli/terminal.ts'
import { catchOutput } from '../support/catch-output.ts'

let folder: string
const output = catchOutput()
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cli-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

async function exitCode(...words: string[]): Promise<unknown> {
  process.exitCode = 0
  await runCli([...words, '--project', folder])
  return process.exitCode
}

const project = `vars: { catalog: main, control: main.customerio }
destinations: { us: { region: us, key: env://KEY } }
`

describe('exit codes', () => {
  it('are 2 where there is no project, a file is wrong or the command line is', async () => {
    expect(await exitCode('validate')).toBe(2)
    expect(output.text).toContain('PROJECT_MISSING')
    writeFileSync(join(folder, 'customerio.yml'), 'destinatons: {}')
    expect(await exitCode('validate')).toBe(2)
    expect(output.text).toMatch(/customerio\.yml:1:1 .*destinatons/)
    writeFileSync(join(folder, 'customerio.yml'), project)
    expect(await exitCode('run')).toBe(2)
    expect(await exitCode('run', '--all', 'a')).toBe(2)
    expect(await exitCode('nothing')).toBe(2)
    expect(await exitCode('preview')).toBe(2)
  })

  it('are 0 for what is right', async () => {
    writeFileSync(join(folder, 'customerio.yml'), project)
    expect(await exitCode('validate', '--offline')).toBe(0)
    expect(output.text).toContain('0 syncs are valid')
  })
})

describe('the terminal', () => {
  it('lets no e-mail address or token into a log line', () => {
    processTerminal().log.warn('from ada@example.com', { header: 'Bearer abc.def' })
    expect(output.text).toContain('[e-mail]')
    expect(output.text).not.toMatch(/ada@|abc\.def/)
  })

  it('shows no progress where nobody looks', () => {
    processTerminal({ json: true }).status('half')
    expect(output.text).toBe('')
  })
})

describe('a stop signal', () => {
  it('aborts at SIGTERM with RUN_STOPPED, and lets go of the process afterwards', () => {
    const before = process.listenerCount('SIGTERM')
    const stop = stopSignal(processTerminal())
    process.emit('SIGTERM')
    expect(stop.signal.aborted).toBe(true)
    expect(stop.signal.reason).toMatchObject({ code: 'RUN_STOPPED', exitCode: 7 })
    stop.release()
    expect(process.listenerCount('SIGTERM')).toBe(before)
  })
})
