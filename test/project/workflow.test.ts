import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { parse } from 'yaml'
import { runCli } from '../../src/cli/index.ts'
import { loadProject } from '../../src/config/index.ts'
import { changedSyncs, planMark } from '../../src/ops/index.ts'
import { projectFiles } from '../../src/project/index.ts'
import { writeFiles } from '../support/bench.ts'
import { catchOutput } from '../support/catch-output.ts'

interface Job {
  readonly if?: string
  readonly environment?: string
  readonly permissions?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
  readonly steps: readonly { readonly run?: string; readonly env?: Record<string, string> }[]
}

const files = projectFiles({
  name: 'crm',
  region: 'eu',
  syncs: ['customers'],
  catalog: 'main',
  schema: 'gold',
  version: '1.2.3',
  peers: {},
})
const text = files.get('.github/workflows/customerio.yml') ?? ''
const jobs = parse(text).jobs as Readonly<Record<string, Job>>
const lines = Object.values(jobs).flatMap(({ steps }) =>
  steps.flatMap(({ run }) => (run ?? '').split('\n')),
)
const output = catchOutput()

describe('the workflow of a new project', () => {
  it('asks for commands and options that there are', async () => {
    const ours = lines.flatMap((line) => /^npx customerio-jobs ([^>]+)/.exec(line)?.[1] ?? [])
    expect(ours).toHaveLength(4)
    for (const line of ours) {
      output.text = ''
      await runCli([...line.trim().replaceAll('"', '').split(' '), '--bogus'])
      expect(output.text).toMatch(/^Unknown argument: bogus$/m)
    }
  })

  it('asks the Databricks CLI for what it does, and npm for scripts of the project', () => {
    const bundle = lines.filter((line) => line.startsWith('databricks'))
    expect(bundle).toHaveLength(7)
    const known = /^databricks bundle (validate --strict|deploy|run setup) -t (staging|prod)$/
    expect(bundle.filter((line) => !known.test(line))).toEqual([])
    const { scripts } = JSON.parse(files.get('package.json') ?? '')
    const scripted = lines.flatMap((line) => /^npm run (\w+)/.exec(line)?.[1] ?? [])
    expect(scripted).toEqual(['check'])
    expect(scripts).toHaveProperty('check')
  })

  it('plans for pull requests of its own repository alone, and nobody writes but its comment', () => {
    expect(text).toContain(`startswith("${planMark}")`)
    expect(jobs.plan?.if).toBe(
      "github.event_name == 'pull_request' && github.event.pull_request.head.repo.full_name == github.repository",
    )
    const writing = Object.entries(jobs).flatMap(([name, { permissions = {} }]) =>
      Object.entries(permissions).flatMap(([what, right]) =>
        right === 'write' ? [`${name}: ${what}`] : [],
      ),
    )
    expect(writing).toEqual([
      'plan: id-token',
      'plan: pull-requests',
      'staging: id-token',
      'prod: id-token',
    ])
    expect(jobs.staging?.if).toContain("github.event_name != 'pull_request'")
    for (const name of ['plan', 'staging', 'prod']) {
      expect(jobs[name]?.env).toMatchObject({ DATABRICKS_AUTH_TYPE: 'github-oidc' })
    }
  })

  it('puts nothing that others name into a command line', () => {
    expect(lines.filter((line) => line.includes('${{'))).toEqual([])
  })
})

describe('a plan of what differs', () => {
  let root = ''
  const git = (...words: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...words], {
      cwd: root,
      stdio: 'pipe',
    })
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'workflow-'))
    const sync = (name: string, from: string) => `sync: ${name}
source: { ${from}, key: id }
send: { call: identify, to: eu, person: { id: id } }
`
    writeFiles(root, {
      ...Object.fromEntries(files),
      'syncs/customers.yml': sync('customers', 'table: main.gold.customers'),
      'syncs/orders.yml': sync('orders', 'query_file: orders.sql'),
      'syncs/orders.sql': 'SELECT 1 AS id',
    })
    git('init', '-q', '-b', 'main')
    git('add', '-A')
    git('commit', '-q', '-m', 'first')
  })
  afterAll(() => {
    rmSync(root, { recursive: true, force: true })
  })
  const changed = async (ref = 'main') => {
    const words = ['plan', `--changed-since=${ref}`, '--markdown', '--project', root]
    output.text = ''
    process.exitCode = 0
    await runCli(words)
    return output.text
  }

  it('is of nothing where nothing does, and asks nobody then', async () => {
    expect(await changed()).toContain('No sync differs')
    expect(process.exitCode).toBe(0)
  })

  it('needs a commit, branch or tag that is there, and takes no option of git for one', async () => {
    for (const ref of ['nowhere', '--output=x']) {
      expect(await changed(ref)).toContain('GIT_FAILED')
      expect(process.exitCode).toBe(2)
    }
  })

  it('takes each sync whose file differs, those with a query where its file does, and all for customerio.yml', async () => {
    const project = loadProject(root)
    const changedBy = async (file: string) => {
      appendFileSync(join(root, file), file.endsWith('sql') ? '-- more\n' : '# more\n')
      const names = await changedSyncs(project, 'main')
      git('checkout', '-q', '--', file)
      return names
    }
    expect(await changedBy('syncs/customers.yml')).toEqual(['customers'])
    expect(await changedBy('syncs/orders.sql')).toEqual(['orders'])
    expect(await changedBy('customerio.yml')).toEqual(['customers', 'orders'])
  })
})
