import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { bundleFiles } from '../../src/bundle/index.ts'
import { bundleCheck, bundleSchemaNote, hasBundleSchema, merged } from '../support/bundle-schema.ts'
import { entryOf, jobsOf, nodeTasks, projectOf, told, ungranted } from './a-bundle.ts'

const letters = ['a', 'b', 'c', 'd']

const aStart = fc.oneof(
  fc.constant(''),
  fc
    .tuple(fc.integer({ min: 1, max: 90 }), fc.constantFrom('m', 'h', 'd', 'w'))
    .map(([n, unit]) => `every: ${n}${unit}, `),
  fc.constantFrom('0 0 3 * * ?', '0 15 10 ? * MON-FRI 2027').map((cron) => `cron: "${cron}", `),
  fc
    .array(fc.constantFrom('"${catalog}.shop.orders"', 'main.shop.customers'), {
      minLength: 1,
      maxLength: 3,
    })
    .map((tables) => `on_table_update: [${tables}], `),
)

/** The lines of a job over all four syncs: any start, any order that is no circle, any slices. */
const aJob = fc
  .tuple(
    aStart,
    fc.array(fc.subarray(letters), { minLength: 4, maxLength: 4 }),
    fc.dictionary(fc.constantFrom(...letters), fc.integer({ min: 2, max: 100 })),
  )
  .map(([start, rows, slices]) => {
    const after = rows.flatMap((row, i) => {
      const before = row.filter((name) => letters.indexOf(name) < i)
      return before.length === 0 ? [] : [`${letters[i]}: [${before}]`]
    })
    const cut = Object.entries(slices).map(([name, number]) => `${name}: ${number}`)
    return `jobs: { all: { ${start}syncs: [${letters}], after: { ${after} }, slices: { ${cut} } } }\n`
  })

const lengths: Record<string, number> = { MINUTES: 1, HOURS: 60, DAYS: 1440, WEEKS: 10_080 }

it('has a task per sync, after setup and the syncs that customerio.yml puts before it', () => {
  fc.assert(
    fc.property(aJob, (lines) => {
      const project = projectOf(letters, lines)
      const [group] = project.jobs
      const all = jobsOf(project).all
      const keys = all?.tasks.map(({ task_key }) => task_key) ?? []
      expect(new Set(keys).size).toBe(keys.length)
      for (const sync of letters) {
        const slices = group?.slices[sync]
        const first = all?.tasks.find(
          ({ task_key }) => task_key === (slices === undefined ? sync : `_plan_${sync}`),
        )
        const before = group?.after[sync] ?? []
        expect(first?.depends_on?.map(({ task_key }) => task_key)).toEqual(
          before.length === 0 ? ['_setup'] : before,
        )
        const last = all?.tasks.find(({ task_key }) => task_key === sync)
        expect(last?.run_if).toBe(slices === undefined ? undefined : 'AT_LEAST_ONE_SUCCESS')
        const each = all?.tasks.find(
          ({ task_key }) => task_key === `_slices_${sync}`,
        )?.for_each_task
        expect(JSON.parse(each?.inputs ?? '[]')).toHaveLength(slices ?? 0)
        expect(each?.concurrency).toBe(slices)
      }
    }),
    { numRuns: 20 },
  )
})

it('starts a job as often as customerio.yml says, by its expression, or by its tables', () => {
  fc.assert(
    fc.property(aJob, (lines) => {
      const project = projectOf(letters, lines)
      const [group] = project.jobs
      const all = jobsOf(project).all
      const periodic = all?.trigger?.periodic
      expect(
        periodic === undefined ? undefined : periodic.interval * (lengths[periodic.unit] ?? 0),
      ).toBe(group?.everyMs === undefined ? undefined : group.everyMs / 60_000)
      expect(all?.schedule).toEqual(
        group?.cron === undefined
          ? undefined
          : { quartz_cron_expression: group.cron, timezone_id: 'UTC' },
      )
      const updates =
        group?.onTableUpdate === undefined
          ? undefined
          : {
              table_names: '${var.all_tables}',
              condition: 'ANY_UPDATED',
              wait_after_last_change_seconds: 60,
            }
      expect(all?.trigger).toEqual(
        periodic === undefined
          ? updates === undefined
            ? undefined
            : { table_update: updates }
          : { periodic },
      )
      expect(all?.queue.enabled).toBe(group?.everyMs === undefined && group?.cron === undefined)
    }),
    { numRuns: 20 },
  )
})

it('repeats a failed task once, because it says so, and never because Databricks would', () => {
  const project = projectOf(letters, 'jobs: { all: { syncs: [a, b], slices: { b: 3 } } }\n')
  for (const task of Object.values(jobsOf(project)).flatMap(nodeTasks)) {
    expect(task).toMatchObject({ max_retries: 1, disable_auto_optimization: true })
  }
})

it('hands every parameter that a job declares to its tasks, and no other', () => {
  const erase = 'erase: { table: p.q.r, person: { id: i }, kind: k, request: n }\n'
  const project = projectOf(letters, `${erase}jobs: { all: { syncs: [a, b], slices: { b: 3 } } }\n`)
  const jobs = jobsOf(project)
  expect(Object.keys(jobs).sort()).toEqual([
    'all',
    'doctor',
    'erase',
    'maintain',
    'reconcile',
    'replay',
    'report',
    'setup',
  ])
  const allNames = Object.values(jobs).flatMap(({ parameters = [] }) =>
    parameters.map(({ name }) => name),
  )
  // No keys and no SQL: the history of runs keeps them.
  expect([...new Set(allNames)].sort()).toEqual([
    'confirm',
    'limit',
    'mode',
    'reason',
    'since',
    'syncs',
    'vacuum',
    'why',
  ])
  for (const job of Object.values(jobs)) {
    const names = (job.parameters ?? []).map(({ name }) => name)
    for (const task of nodeTasks(job)) {
      if (entryOf(task) === 'setup') continue
      const references = told(task).flatMap(
        (word) => /\{\{job\.parameters\.(\w+)\}\}/.exec(word)?.[1] ?? [],
      )
      expect(references).toEqual(names)
    }
  }
})

it('has no job that forgets people where customerio.yml names no table of requests', () => {
  expect(Object.keys(jobsOf(projectOf(letters)))).not.toContain('erase')
})

it('refuses a job that is called like one that every project has', () => {
  const project = projectOf(['a'], 'jobs: { replay: { syncs: [a] } }\n')
  expect(() => bundleFiles(project, [])).toThrow('"replay"')
})

it('writes the same text for the same project', () => {
  const files = () => {
    const project = projectOf(letters, 'jobs: { all: { every: 1h, syncs: [a, b] } }\n')
    return [...bundleFiles(project, [ungranted(project)])]
  }
  expect(files()).toEqual(files())
})

const schemaIt = hasBundleSchema ? it : it.skip
schemaIt(`holds to the published schema, whatever the jobs are${bundleSchemaNote}`, () => {
  const check = bundleCheck()
  const erase = 'erase: { table: p.q.r, person: { id: i }, kind: k, request: n }\n'
  const targets = 'targets: { dev: { vars: { catalog: dev, control: dev.customerio } } }\n'
  fc.assert(
    fc.property(aJob, fc.boolean(), (lines, erases) => {
      const text = `${erases ? erase : ''}${targets}${lines}`
      const project = projectOf(letters, text)
      const files = bundleFiles(project, [ungranted(projectOf(letters, text, 'dev'))])
      const texts = [...files].filter(([name]) => name.endsWith('.yml')).map(([, yaml]) => yaml)
      expect(check({ bundle: { name: 'test' }, ...merged(texts) })).toBe(undefined)
    }),
    { numRuns: 20 },
  )
})

schemaIt(`does not hold to it with a setting that is none${bundleSchemaNote}`, () => {
  const wrong = { resources: { jobs: { a: { tasks: [{ task_key: 'a', max_retrys: 1 }] } } } }
  expect(bundleCheck()(wrong)).toContain('max_retrys')
})
