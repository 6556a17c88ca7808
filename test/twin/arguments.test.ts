import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { readArguments } from '../../src/twin/arguments.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'twin-arguments-'))
  await writeFile(
    join(folder, 'faults.yml'),
    'seed: 9\nrules: [{ door: warehouse, fault: { reset: after } }]',
  )
})
afterAll(() => rm(folder, { recursive: true }))

it('has a default for everything', async () => {
  expect(await readArguments([])).toEqual({
    json: false,
    stopWithStdin: false,
    twin: {
      folder: '.twin',
      ports: { workspace: 8443, us: 8444, eu: 8445 },
      faults: { seed: 1, rules: [] },
    },
  })
})

it('puts the rules of the line behind those of the file', async () => {
  const line = ['--faults', join(folder, 'faults.yml'), '--fault', 'workspace::status=500']
  const read = await readArguments([
    ...line,
    '--fault',
    '{"door":"customerio","fault":{"status":429}}',
  ])

  expect(read).toMatchObject({
    twin: {
      faults: {
        seed: 9,
        rules: [
          { door: 'warehouse', fault: { reset: 'after' } },
          { door: 'workspace', fault: { status: 500 } },
          { door: 'customerio', fault: { status: 429 } },
        ],
      },
    },
  })
})

it('takes ports, formats and a warehouse that has to start', async () => {
  const line =
    '--port 0 --us-port 1 --eu-port 2 --json --stop-with-stdin --start-delay 3 --python py'
  expect(await readArguments(line.split(' '))).toMatchObject({
    json: true,
    stopWithStdin: true,
    twin: {
      ports: { workspace: 0, us: 1, eu: 2 },
      warehouse: { stopped: true, startDelayMs: 3000 },
      python: 'py',
    },
  })
})

it('gives the help as text', async () => {
  expect(await readArguments(['--help'])).toMatch(/--us-port[\s\S]*--stop-with-stdin/)
})

it.each([
  ['an unknown option', ['--prot', '1'], 'USAGE', 'prot'],
  ['a port that is none', ['--port', 'x'], 'USAGE', 'whole number'],
  ['a wrong rule', ['--fault', 'warehouse:*:'], 'FAULT_INVALID', 'setting'],
  ['a file that is not there', ['--faults', 'nowhere.yml'], 'FAULT_INVALID', 'nowhere.yml'],
])('refuses %s', async (_, line, code, words) => {
  await expect(readArguments(line)).rejects.toMatchObject({
    code,
    message: expect.stringContaining(words),
  })
})
