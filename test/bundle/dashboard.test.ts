import { describe, expect, it } from '@jest/globals'
import { parse } from 'yaml'
import { bundleFiles } from '../../src/bundle/index.ts'
import { projectOf, ungranted } from './a-bundle.ts'

interface Field {
  readonly fieldName: string
  readonly queryName?: string
}
interface Widget {
  readonly name: string
  readonly queries?: readonly {
    readonly name: string
    readonly query: {
      readonly datasetName: string
      readonly fields: readonly { readonly name: string; readonly expression: string }[]
      readonly disaggregated: boolean
    }
  }[]
  readonly spec?: {
    readonly version: number
    readonly widgetType: string
    readonly encodings: Readonly<Record<string, Field | readonly Field[]>>
  }
  readonly multilineTextboxSpec?: { readonly lines: readonly string[] }
}
interface Placed {
  readonly widget: Widget
  readonly position: {
    readonly x: number
    readonly y: number
    readonly width: number
    readonly height: number
  }
}
interface Dashboard {
  readonly datasets: readonly { readonly name: string; readonly queryLines: readonly string[] }[]
  readonly pages: readonly {
    readonly name: string
    readonly pageType: string
    readonly layoutVersion: string
    readonly layout: readonly Placed[]
  }[]
}

const lines = 'jobs: { crm: { every: 90m, syncs: [a] } }\n'
const filesOf = (syncs: readonly string[], more = lines) => {
  const project = projectOf(syncs, more)
  return bundleFiles(project, [ungranted(project)])
}
const files = filesOf(['a', 'b'])
const dashboard = JSON.parse(files.get('customerio.lvdash.json') ?? '') as Dashboard
const placed = dashboard.pages.flatMap(({ layout }) => layout)
const widgets = placed.map(({ widget }) => widget)
const versions: Readonly<Record<string, number>> = {
  ...{ counter: 2, table: 2, 'filter-multi-select': 2, 'filter-date-range-picker': 2 },
  ...{ bar: 3, line: 3, scatter: 3 },
}

describe('the dashboard', () => {
  it('is deployed with the tables of the target, and shows readers only what they may read', () => {
    const { resources } = parse(files.get('dashboard.dashboard.yml') ?? '')
    expect(resources.dashboards.customerio).toEqual({
      display_name: 'customerio-jobs',
      file_path: 'customerio.lvdash.json',
      warehouse_id: '${var.warehouse_id}',
      dataset_catalog: '${var.control_catalog}',
      dataset_schema: '${var.control_schema}',
      embed_credentials: false,
    })
  })

  it('has pages on the grid of 12 columns, whose rows are full', () => {
    for (const { layout, layoutVersion } of dashboard.pages) {
      expect(layoutVersion).toBe('GRID_V1')
      const rows = new Map<number, number>()
      for (const { position } of layout) {
        const { x, y, width, height } = position
        expect([x, y, width, height].every((one) => Number.isInteger(one))).toBe(true)
        rows.set(y, (rows.get(y) ?? 0) + width)
        expect(x + width).toBeLessThanOrEqual(12)
      }
      expect([...rows.values()].every((width) => width === 12)).toBe(true)
    }
  })

  it('names every widget once, by letters, digits, - and _, and knows the version of its kind', () => {
    expect(new Set(widgets.map(({ name }) => name)).size).toBe(widgets.length)
    for (const { name, spec, multilineTextboxSpec } of widgets) {
      expect(name).toMatch(/^[A-Za-z0-9_-]+$/)
      if (spec === undefined) expect(multilineTextboxSpec?.lines.length).toBeGreaterThan(0)
      else
        expect([spec.widgetType, spec.version]).toEqual([
          spec.widgetType,
          versions[spec.widgetType],
        ])
    }
  })

  it('shows only fields that the query of the widget has', () => {
    for (const { name, queries = [], spec } of widgets) {
      for (const field of Object.values(spec?.encodings ?? {}).flat()) {
        const query = queries.find((one) => one.name === (field.queryName ?? 'main_query'))
        const fields = query?.query.fields.map((one) => one.name)
        expect([name, fields]).toEqual([name, expect.arrayContaining([field.fieldName])])
      }
    }
  })

  it('asks only columns that the dataset has, each dataset by some widget', () => {
    const sqlOf = new Map(dashboard.datasets.map((one) => [one.name, one.queryLines.join('')]))
    const used = new Set<string>()
    for (const { query } of widgets.flatMap(({ queries = [] }) => queries)) {
      used.add(query.datasetName)
      for (const { expression } of query.fields) {
        const [, column = ''] = /^(?:(?:SUM|MAX|MIN)\()?`(\w+)`\)?$/.exec(expression) ?? []
        expect(sqlOf.get(query.datasetName)).toMatch(new RegExp(`\\b${column}\\b`))
      }
    }
    expect([...used].sort()).toEqual([...sqlOf.keys()].sort())
  })

  it('lets readers choose syncs and days on every page', () => {
    const page = dashboard.pages.find(({ pageType }) => pageType === 'PAGE_TYPE_GLOBAL_FILTERS')
    expect(page?.layout.map(({ widget }) => widget.spec?.widgetType)).toEqual([
      'filter-multi-select',
      'filter-date-range-picker',
    ])
  })

  it('knows of every sync what is due, and of every destination what is allowed', () => {
    const sqlOf = (name: string) =>
      dashboard.datasets.find((one) => one.name === name)?.queryLines.join('')
    expect(sqlOf('freshness')).toContain("('a', 'us', CAST(90 AS DOUBLE))")
    expect(sqlOf('freshness')).toContain("('b', 'us', CAST(NULL AS DOUBLE))")
    expect(sqlOf('quota')).toMatch(/VALUES \('\w+', \d+\)/)
  })

  it('ends every line of SQL, since lines are joined as they are', () => {
    const ends = dashboard.datasets.flatMap(({ queryLines }) => queryLines)
    expect(ends.every((line) => line.endsWith('\n'))).toBe(true)
  })
})

describe('alerts', () => {
  const alertsOf = (of: ReadonlyMap<string, string>) =>
    Object.assign(
      {},
      ...[...of].flatMap(([name, text]) =>
        name.endsWith('.alert.yml') ? [parse(text).resources.alerts] : [],
      ),
    )

  it('are made only where they can tell something', () => {
    expect(Object.keys(alertsOf(files))).toEqual([
      ...['failure_rate', 'no_run', 'unaccounted_rows', 'dead_letters'],
    ])
    expect(Object.keys(alertsOf(filesOf(['a'], '')))).toEqual([
      ...['failure_rate', 'unaccounted_rows', 'dead_letters'],
    ])
    expect(
      [...filesOf([], '').keys()].filter((name) => /alert|dashboard|lvdash/.test(name)),
    ).toEqual([])
  })

  it('leave it to the target whether they are paused and who they run as', () => {
    for (const alert of Object.values(alertsOf(files)) as object[]) {
      expect(alert).toMatchObject({
        schedule: { quartz_cron_schedule: '0 50 * * * ?', timezone_id: 'UTC' },
        evaluation: { notification: { subscriptions: '${var.notify_alerts}' } },
      })
      expect(JSON.stringify(alert)).not.toMatch(/pause_status|run_as/)
    }
  })

  it('look less often where no job runs more than once a day', () => {
    const daily = alertsOf(filesOf(['a'], 'jobs: { crm: { every: 1d, syncs: [a] } }\n'))
    expect(daily.no_run.schedule.quartz_cron_schedule).toBe('0 50 0/6 * * ?')
  })

  it('know from a Quartz expression for how long no run is due', () => {
    const nights = 'jobs: { crm: { cron: "0 0 3 ? * MON-FRI", syncs: [a] } }\n'
    const { no_run } = alertsOf(filesOf(['a'], nights))
    expect(no_run.query_text).toContain("('a', 'us', CAST(4320 AS DOUBLE))")
    const tables = 'jobs: { crm: { on_table_update: [main.gold.a], syncs: [a] } }\n'
    expect(alertsOf(filesOf(['a'], tables))).not.toHaveProperty('no_run')
  })

  it('name tables with catalog and schema of the target: they have no schema of their own', () => {
    for (const { query_text } of Object.values(alertsOf(files)) as { query_text: string }[]) {
      const names = [...query_text.matchAll(/(?:FROM|JOIN) ([^\s(]+)/g)].map(([, name]) => name)
      expect(names.length).toBeGreaterThan(0)
      expect(
        names.every((name) =>
          name?.startsWith('`${var.control_catalog}`.`${var.control_schema}`.'),
        ),
      ).toBe(true)
    }
  })
})
