import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { runCommand } from '../../src/twin/command.ts'
import { startTwin, type Twin } from '../../src/twin/index.ts'

let folder: string
let stop: AbortController
let twins: Twin[]
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'twin-command-'))
  stop = new AbortController()
  twins = []
})
afterEach(async () => {
  stop.abort()
  await Promise.all(twins.map((twin) => twin.close()))
  await rm(folder, { recursive: true, force: true })
})

const free = ['--port', '0', '--us-port', '0', '--eu-port', '0']

/** Runs the command in this process, on free ports; `said` resolves with its first words. */
function run(line: readonly string[], stdin?: PassThrough) {
  let tell = (_: string) => {}
  const said = new Promise<string>((resolve) => {
    tell = resolve
  })
  let errors = ''
  const exit = runCommand(
    [...free.filter((_, i) => !line.includes(free[i - (i % 2)] ?? '')), '--data', folder, ...line],
    {
      start: async (options) => {
        const twin = await startTwin(options)
        twins.push(twin)
        return twin
      },
      write: tell,
      writeError: (text) => {
        errors += text
      },
      stdin,
      stop: stop.signal,
    },
  )
  return { said, exit, errors: () => errors }
}

describe('the command', () => {
  it('prints shell lines that set the environment, and gives the folder back when it stops', async () => {
    const { said, exit } = run([])
    const lines = (await said).split('\n')
    const [twin] = twins
    stop.abort()

    expect(await exit).toBe(0)
    for (const [name, value] of Object.entries(twin?.environment ?? {})) {
      expect(lines).toContain(`export ${name}='${value}'`)
    }
    expect(lines.filter((line) => !/^(export |# |$)/.test(line))).toEqual([])
    await (await startTwin({ folder })).close()
  })

  it('prints one line of JSON for programs', async () => {
    const { said, exit } = run(['--json'])
    const text = await said
    stop.abort()
    await exit

    expect(text.trim().split('\n')).toHaveLength(1)
    expect(JSON.parse(text)).toMatchObject({
      environment: twins[0]?.environment,
      control: { secret: twins[0]?.controlSecret },
    })
  })

  it('stops when its standard input ends, if it was told so', async () => {
    const stdin = new PassThrough()
    const { said, exit } = run(['--stop-with-stdin'], stdin)
    await said
    stdin.end()

    expect(await exit).toBe(0)
  })

  it('stays when its standard input ends and it was not told so', async () => {
    const stdin = new PassThrough()
    const { said, exit } = run([], stdin)
    stdin.end()
    await said
    const first = await Promise.race([
      exit,
      new Promise((resolve) => setImmediate(resolve, 'runs')),
    ])

    expect(first).toBe('runs')
  })

  it('says which port is in use, and exits with 2', async () => {
    const other = createServer()
    const port = await new Promise<number>((resolve) => {
      other.listen(0, '127.0.0.1', () => resolve((other.address() as { port: number }).port))
    })
    const { exit, errors } = run(['--us-port', String(port)])
    const code = await exit
    other.close()

    expect(code).toBe(2)
    expect(errors()).toContain(`Port ${port} is in use`)
  })

  it('says that the folder is locked, and exits with 2', async () => {
    twins.push(await startTwin({ folder }))
    const { exit, errors } = run([])

    expect(await exit).toBe(2)
    expect(errors()).toMatch(/^DATA_FOLDER_LOCKED: .*\n$/)
  })

  it('prints its help and starts nothing', async () => {
    const { said, exit } = run(['--help'])

    expect(await exit).toBe(0)
    expect(await said).toContain('--data')
    expect(twins).toEqual([])
  })
})
