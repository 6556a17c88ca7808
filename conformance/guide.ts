import { spawnSync } from 'node:child_process'
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Checks } from './checks.ts'
import { differs, good, said } from './cli-stage.ts'
import { type Ended, runProgram } from './run-program.ts'
import type { Tools } from './tools.ts'
import { withTwin } from './twin.ts'

/**
 * Somebody new with the packed package, an empty folder and the real Databricks CLI follows docs/deploy.md, line by line,
 * in a workspace of the twin that has nothing but a table.
 */
export async function checkGuide(checks: Checks, { cli, task }: Tools): Promise<void> {
  if ('missing' in cli) return checks.skip('the deploy guide', cli.missing)
  if ('missing' in task) return checks.skip('the deploy guide', task.missing)
  checks.heading('the deploy guide, line by line')
  const folder = mkdtempSync(join(tmpdir(), 'customerio-jobs-guide-'))
  try {
    await withTwin(
      join(folder, 'twin'),
      async ({ warehouse }, twin) => {
        for (const statement of [
          'CREATE SCHEMA IF NOT EXISTS main.gold',
          `CREATE TABLE main.gold.customers USING DELTA AS SELECT concat('C', id) AS customer_id, concat('c', id, '@example.com') AS email, 'pro' AS plan FROM range(200)`,
        ]) {
          await warehouse.execute(statement)
        }
        const person = await aPerson(folder, cli.path, {
          ...twin.environment,
          DATABRICKS_TOKEN: twin.token,
          SSL_CERT_FILE: twin.environment.NODE_EXTRA_CA_CERTS ?? '',
        })
        const key = (await person.does('databricks secrets get-secret customerio us')).output
        const writeKey = Buffer.from(JSON.parse(key).value, 'base64').toString()
        await person.does('databricks secrets delete-scope customerio')
        const lines = linesOf('## Fifteen minutes from nothing')
        checks.note(
          'the guide has lines to follow',
          lines.length > 0 ? undefined : 'none was found',
        )
        for (const line of lines) {
          if (line.startsWith('export DATABRICKS_HOST=')) {
            checks.skip(line, 'a browser would sign in; the twin gave a token')
            continue
          }
          if (line.includes('npm install')) person.takesPacked()
          const ended = await person.does(line, writeKey)
          const isGood = line.includes(' doctor ') ? lacksSetup(ended) : ended.code === 0
          checks.note(line, isGood ? undefined : said(ended))
        }
        const { people } = twin.store.counts()
        checks.note('and every customer is at Customer.io', differs(people, 200))
        for (const [line, word] of [
          ['npx customerio-jobs doctor --target dev', /^0 failed, 0 warnings/m],
          ['npm run check', /[1-9] passed, 0 failed/],
          ['databricks bundle validate --strict -t dev', /^Validation OK!/m],
        ] as const) {
          good(checks, `${line}: nothing is wrong`, await person.does(line), word)
        }
      },
      { python: task.path },
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Before the job setup has run, its schema is the one thing that doctor finds missing. */
function lacksSetup({ code, output }: Ended): boolean {
  return code === 2 && /^1 failed,/m.test(output) && output.includes('"customerio-jobs setup"')
}

/** The commands of a section of the guide, without the remarks behind them. */
function linesOf(headline: string): string[] {
  const [, after = ''] = readFileSync('docs/deploy.md', 'utf8').split(`${headline}\n`)
  const [section = ''] = after.split('\n## ')
  const blocks = [...section.matchAll(/^```sh\n(.*?)^```/gms)].map(([, block = '']) => block)
  return blocks.flatMap((block) =>
    block
      .split('\n')
      .map((line) => line.replace(/\s+#.*$/, ''))
      .filter((line) => line !== ''),
  )
}

interface Person {
  /** Runs a line in the shell, where the last one left off. */
  does(line: string, stdin?: string): Promise<Ended>
  /** Has the project that is there take the packed package, which is not at the registry under its version. */
  takesPacked(): void
}

async function aPerson(
  folder: string,
  cli: string,
  environment: Readonly<Record<string, string>>,
): Promise<Person> {
  const [bin, home, desk] = ['bin', 'home', 'desk'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ]
  for (const each of [bin, home, desk]) mkdirSync(each)
  symlinkSync(cli, join(bin, 'databricks'))
  writeFileSync(join(home, '.gitconfig'), '[user]\nname = somebody\nemail = somebody@example.com\n')
  const { PATH = '' } = process.env
  const { DATABRICKS_CLIENT_ID, DATABRICKS_CLIENT_SECRET, ...known } = environment
  const env = {
    ...known,
    PATH: `${bin}:${PATH}`,
    HOME: home,
    DATABRICKS_CLI_DISABLE_UPDATE_CHECK: 'true',
  }
  const pack = spawnSync(
    'npm',
    ['pack', '--json', '--ignore-scripts', '--pack-destination', desk],
    {
      encoding: 'utf8',
    },
  )
  const [{ filename }] = JSON.parse(pack.stdout) as [{ filename: string }]
  const packed = join(desk, filename)
  const at = join(folder, 'at')
  writeFileSync(at, desk)
  const does: Person['does'] = (line, stdin = '') => {
    const script = `cd "$(cat ${at})" && ${line} && pwd > ${at}`
    return runProgram('bash', ['-o', 'pipefail', '-c', script], { env, stdin })
  }
  // What `npx` would fetch.
  await does(`npm install --no-audit --no-fund ${packed}`)
  return {
    does,
    takesPacked() {
      const file = join(desk, 'crm/package.json')
      const json = JSON.parse(readFileSync(file, 'utf8'))
      json.dependencies['customerio-jobs'] = `file:${packed}`
      writeFileSync(file, JSON.stringify(json, null, 2))
      appendFileSync(join(desk, 'crm/.npmrc'), 'audit=false\nfund=false\n')
    },
  }
}
