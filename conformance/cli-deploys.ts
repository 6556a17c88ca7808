import { differs, good, type Stage, said } from './cli-stage.ts'

/** The bundle as it is, in dev and prod: planned, deployed, deployed again, edited. */
export async function deploys(stage: Stage): Promise<void> {
  const { checks, copy, twin, calls, jobs } = stage
  const prod = ['--target=prod', `--var=service_principal=${twin.clientId}`]
  checks.heading('the Databricks CLI: plans, deploys and validates')
  good(
    checks,
    'plans to add all',
    await copy.bundle('plan'),
    /[1-9]\d* to add, 0 to change, 0 to del/,
  )
  good(checks, 'builds and deploys', await copy.bundle('deploy'), /^Resources: [1-9]/m)
  // Strictly, so behind a build: what it includes must be there.
  good(checks, 'validates dev, strictly', await copy.bundle('validate', '--strict'))
  good(checks, 'validates prod, strictly', await copy.bundle('validate', '--strict', ...prod))
  const names = Object.values(stage.deployed().jobs ?? {}).map(({ settings }) => settings?.name)
  checks.note(
    'every job is recorded, under a name of its own in dev',
    differs(
      names.sort(),
      jobs.map((name) => `[dev twin] customerio-jobs ${name}`),
    ),
  )
  const { lake } = twin
  const hasControl =
    lake.hasSchema('dev', 'customerio') && lake.hasVolume('dev', 'customerio', 'parts')
  checks.note(
    'the control schema and its volume are there',
    hasControl ? undefined : 'they are not',
  )
  for (const file of [
    'customerio.yml',
    'syncs/customers.yml',
    'dist/job.mjs',
    'dist/launcher.py',
  ]) {
    const isSame = copy.read(file).equals(stage.uploaded(file))
    checks.note(`${file} is in the workspace as it is here`, isSame ? undefined : 'it differs')
  }
  const pauses = Object.values(stage.deployed().alerts ?? {}).map(
    (one) => one.schedule?.pause_status,
  )
  checks.note('alerts are paused in dev', differs([...new Set(pauses)], ['PAUSED']))
  good(checks, 'sums up', await copy.bundle('summary'), /customerio-jobs shop/)
  good(
    checks,
    'plans nothing more',
    await copy.bundle('plan'),
    /0 to add, 0 to change, 0 to delete/,
  )
  calls.length = 0
  good(checks, 'deploys again', await copy.bundle('deploy'), /^Resources: /m)
  checks.note(
    'and changes nothing',
    differs(
      calls.filter((call) => changing.test(call)),
      [],
    ),
  )
  const edited = new RegExp(`0 to add, ${jobs.length} to change, 0 to delete`)
  copy.edit('databricks.yml', (text) => text.replace('default: []', 'default: [crm@example.com]'))
  good(checks, 'plans what was edited', await copy.bundle('plan'), edited)
  good(checks, 'deploys it', await copy.bundle('deploy'), /^Resources: /m)
  const notified = Object.values(stage.deployed().jobs ?? {}).map(
    ({ settings }) => settings?.email_notifications?.on_failure?.[0],
  )
  checks.note('which is recorded', differs([...new Set(notified)], ['crm@example.com']))
  good(checks, 'deploys prod', await copy.bundle('deploy', ...prod), /^Resources: [1-9]/m)
  // The principal that deploys owns the jobs, as well as it manages the folder.
  const levels = Object.entries(stage.deployed().permissions ?? {}).map(([object, kept]) =>
    [object.split('/')[0], ...kept.access_control_list.map((one) => one.permission_level)].join(
      ' ',
    ),
  )
  const wanted = [
    ...['alertsv2 CAN_MANAGE CAN_RUN', 'dashboards CAN_MANAGE'],
    ...['directories CAN_MANAGE CAN_RUN', 'jobs IS_OWNER CAN_MANAGE_RUN'],
  ]
  checks.note('with its permissions', differs([...new Set(levels)].sort(), wanted))
}

/** Resources of the other kinds that the twin records. */
export async function deploysMore({ checks, copy }: Stage): Promise<void> {
  checks.heading('the Databricks CLI: dashboards, alerts, secret scopes, grants')
  copy.add('resources/more.yml', 'conformance/cli-more.yml')
  good(checks, 'deploys them', await copy.bundle('deploy'), /^Resources: [1-9]\d* created/m)
  good(checks, 'and plans nothing more', await copy.bundle('plan'), nothing)
  copy.edit('resources/more.yml', (text) =>
    text.replace('Board', 'Boards').replace('Late', 'Later'),
  )
  const edited = / 0 to add, 2 to change, 0 to delete/
  good(checks, 'plans what was edited', await copy.bundle('plan'), edited)
  good(checks, 'deploys it', await copy.bundle('deploy'), /^Resources: 0 created, 2 changed/m)
  good(checks, 'and plans nothing more', await copy.bundle('plan'), nothing)
  copy.remove('resources/more.yml')
  const gone = await copy.bundle('deploy', '--auto-approve')
  good(checks, 'deletes them', gone, /^Resources: 0 created, 0 changed, [1-9]/m)
}

const nothing = / 0 to add, 0 to change, 0 to delete/

/** Calls that change a resource; uploads of the bundle's own state do not. */
const changing =
  /^(POST|PUT|PATCH|DELETE) \/api\/2\.\d\/(jobs|unity-catalog|permissions|lakeview|alerts)/

/** The bundle taken away again, as far as it may be. */
export async function destroys({ checks, copy, twin, jobs, ...stage }: Stage): Promise<void> {
  checks.heading('the Databricks CLI: destroys')
  const prod = ['--target=prod', `--var=service_principal=${twin.clientId}`, '--auto-approve']
  const left = () => Object.keys(stage.deployed().jobs ?? {}).length
  const refused = await copy.bundle('destroy', '--auto-approve')
  const isRefused = refused.code !== 0 && /prevent_destroy/.test(refused.output)
  checks.note('not the control schema, which is protected', isRefused ? undefined : said(refused))
  checks.note('so everything is still there', differs(left(), 2 * jobs.length))
  for (const file of ['control.schema.yml', 'parts.volume.yml'])
    copy.edit(`resources/generated/${file}`, (text) =>
      text.replaceAll('prevent_destroy: true', 'prevent_destroy: false'),
    )
  good(checks, 'dev, once that is taken away', await copy.bundle('destroy', '--auto-approve'))
  const hasSchema = twin.lake.hasSchema('dev', 'customerio')
  checks.note('with its control schema', hasSchema ? 'it is there' : undefined)
  checks.note('and nothing of prod', differs(left(), jobs.length))
  good(checks, 'prod', await copy.bundle('destroy', ...prod))
  checks.note('so that no job is left', differs(left(), 0))
}
