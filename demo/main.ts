import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadProject, readSettings } from '../src/config/index.ts'
import { silentLog, systemClock } from '../src/core/index.ts'
import { openParts } from '../src/sync/index.ts'
import { closing } from './closing.ts'
import { loadShop } from './load.ts'
import { commandIn, editedProject, killAt60Percent, rebuildCustomers } from './story.ts'
import { startTwinProcess } from './twin.ts'

/*
 * The whole product on this machine: a real Delta lake, the real driver, real HTTP. Every step below is what a
 * person would type; the same binaries talk to a workspace when the environment names one.
 */

const root = fileURLToPath(new URL('..', import.meta.url))
const data = resolve(process.argv[2] ?? resolve(root, '.twin'))
const report = resolve(data, 'report.html')

/** A spell in which Customer.io asks to wait, answers 503, and breaks off after it had taken a batch. */
const weather = [
  'customerio:POST /v1/batch:status=429,retry-after=1,nth=2+3',
  'customerio:POST /v1/batch:status=503,nth=6',
  'customerio:POST /v1/batch:reset=after,nth=8',
].flatMap((rule) => ['--fault', rule])

const say = (text = '') => process.stdout.write(`${text}\n`)
const step = (text: string) => say(`\n▸ ${text}`)

say('customerio-jobs: Delta tables into Customer.io, here on your machine')
step(`starting the twin (a SQL warehouse and Customer.io on loopback), data in ${data}`)
const twin = await startTwinProcess(data, [
  '--port',
  '0',
  '--us-port',
  '0',
  '--eu-port',
  '0',
  ...weather,
])
const environment = { ...process.env, ...twin.environment }
try {
  const parts = openParts({
    project: loadProject(root),
    settings: readSettings(environment),
    environment,
    clock: systemClock,
    log: silentLog,
    ca: twin.ca,
  })
  try {
    step('loading the shop into Delta tables')
    const loaded = await loadShop(parts)
    say(
      `  ${loaded.orderLines} order lines, ${loaded.orders} orders, ${loaded.customers} customers (six of them with something wrong)`,
    )
    const command = commandIn(root, environment)
    step('customerio-jobs setup')
    await command('setup')
    step('customerio-jobs validate')
    await command('validate')
    step('customerio-jobs run customers, through bad weather')
    let ran = await command('run', 'customers')

    step('customerio-jobs run orders, killed with SIGKILL when 60 % have arrived')
    const killed = await killAt60Percent(twin, root, environment, ['run', 'orders'], loaded.orders)
    if (killed === undefined) say('  an earlier demo sent them all: there is nothing to kill')
    else
      say(
        `  killed: Customer.io has ${killed.events} of ${killed.of} orders, and the window is open`,
      )
    step('customerio-jobs run orders, again')
    ran ||= await command('run', 'orders')

    step('a night passes: the customers are rebuilt, seven moved, three are gone')
    await rebuildCustomers(parts)
    step('customerio-jobs plan customers')
    await command('plan', 'customers')
    step('customerio-jobs run --all')
    ran ||= await command('run', '--all')

    step('another night, and a trait has another name in syncs/customers.yml')
    await rebuildCustomers(parts)
    step('customerio-jobs run customers')
    const edited = commandIn(editedProject(root, data), environment)
    ran ||= await edited('run', 'customers')
    step('customerio-jobs plan customers')
    await edited('plan', 'customers')

    step('customerio-jobs explain --person CG-12520')
    await command('explain', '--person', 'CG-12520')
    step(`customerio-jobs report --week --html ${report}`)
    await command('report', '--week', '--html', report)
    for (const line of await closing(parts, twin, { data, report })) say(line)
    process.exitCode = ran
  } finally {
    await parts.close()
  }
} finally {
  await twin.stop()
}
