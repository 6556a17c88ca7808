import {
  chart,
  counter,
  filter,
  type Position,
  type Shown,
  table,
  type Widget,
  words,
} from './dashboard-widgets.ts'

const sync: Shown = { column: 'sync', title: 'Sync' }
const destination: Shown = { column: 'destination', title: 'Destination' }
const day: Shown = { column: 'day', title: 'Day' }

/** Widgets of a page in rows; each row has a height, and its widgets share its 12 columns. */
type Row = readonly [height: number, ...widgets: Widget[]]

const overview: readonly Row[] = [
  [
    2,
    words(
      'overview-about',
      '## Delta tables into Customer.io',
      'The last 30 days, as the control tables know them. Every row of every window is accounted for: delivered, refused for a reason, or known to have no need to go.',
    ),
  ],
  [
    3,
    counter('delivered', 'messages', { column: 'delivered', title: 'Delivered', of: 'SUM' }),
    counter('failed', 'messages', { column: 'failed', title: 'Failed', of: 'SUM' }),
    counter('pending', 'account', { column: 'pending', title: 'Rows pending', of: 'SUM' }),
    counter('open-windows', 'account', { column: 'is_open', title: 'Open windows', of: 'SUM' }),
    counter('dead-letters', 'dead_letters', {
      column: 'dead_letters',
      title: 'Dead letters',
      of: 'SUM',
    }),
    counter('late', 'freshness', { column: 'is_late', title: 'Late syncs', of: 'SUM' }),
  ],
  [
    6,
    chart('messages-by-day', 'bar', 'messages', {
      title: 'What became of rows, by day',
      x: day,
      y: { column: 'messages', title: 'Rows', of: 'SUM' },
      by: { column: 'status', title: 'Status' },
    }),
  ],
  [
    6,
    chart('reasons', 'bar', 'reasons', {
      title: 'Why rows were not delivered',
      x: { column: 'reason', title: 'Reason', isCategory: true },
      y: { column: 'messages', title: 'Rows', of: 'SUM' },
      by: { column: 'status', title: 'Status' },
    }),
    chart('dead-letters-by-reason', 'bar', 'dead_letters', {
      title: 'Dead letters now, by reason',
      x: { column: 'reason', title: 'Reason', isCategory: true },
      y: { column: 'dead_letters', title: 'Keys', of: 'SUM' },
      by: sync,
    }),
  ],
  [
    6,
    table('freshness', 'freshness', 'How fresh each sync is, and what is due (minutes)', [
      sync,
      destination,
      { column: 'state', title: 'State' },
      { column: 'every_minutes', title: 'Due every' },
      { column: 'periods_late', title: 'Periods since a run' },
      { column: 'last_run_at', title: 'Last run' },
      { column: 'last_closed_at', title: 'Last window closed' },
      { column: 'minutes_since_closed', title: 'Since then' },
    ]),
  ],
]

const speed: readonly Row[] = [
  [
    6,
    chart('rows-per-second', 'scatter', 'runs', {
      title: 'Rows a second, by run',
      x: { column: 'started_at', title: 'Started' },
      y: { column: 'rows_per_second', title: 'Rows a second' },
      by: sync,
    }),
    chart('latency', 'line', 'latency', {
      title: 'Answers of Customer.io came within (ms, slowest sync)',
      x: day,
      y: { column: 'milliseconds', title: 'Milliseconds', of: 'MAX' },
      by: { column: 'percentile', title: 'Of requests' },
    }),
  ],
  [
    6,
    chart('quota', 'line', 'quota', {
      title: 'Requests in the busiest second of each minute, and the quota; last day',
      x: { column: 'minute', title: 'Minute' },
      y: { column: 'requests', title: 'Requests a second', of: 'MAX' },
      by: { column: 'line', title: 'Destination' },
    }),
  ],
  [
    8,
    table('runs', 'runs', 'Runs', [
      { column: 'started_at', title: 'Started' },
      sync,
      destination,
      { column: 'ending', title: 'Ending' },
      { column: 'delivered', title: 'Delivered' },
      { column: 'failed', title: 'Failed' },
      { column: 'requests', title: 'Requests' },
      { column: 'seconds', title: 'Seconds' },
      { column: 'rows_per_second', title: 'Rows a second' },
      { column: 'window_id', title: 'Window' },
      { column: 'attempt', title: 'Attempt' },
    ]),
  ],
]

const fates = [
  ...['row_count', 'delivered', 'invalid', 'rejected', 'undelivered'],
  ...['unchanged', 'held', 'ignored', 'pending'],
]

const account: readonly Row[] = [
  [
    2,
    words(
      'account-about',
      '## The account of every window',
      'row_count = delivered + invalid + rejected + undelivered + unchanged + held + ignored + pending. A window closes when nothing is pending.',
    ),
  ],
  [
    12,
    table('account', 'account', 'Windows', [
      { column: 'opened_at', title: 'Opened' },
      { column: 'window_id', title: 'Window' },
      { column: 'kind', title: 'Kind' },
      { column: 'state', title: 'State' },
      ...fates.map((column) => ({ column, title: column })),
    ]),
  ],
]

const cost: readonly Row[] = [
  [
    3,
    words(
      'cost-about',
      '## What the jobs cost',
      'Compute of jobs with the tag product=customerio-jobs, of all targets and workspaces of the account in this region, at list prices. The SQL warehouse is not in it.',
      'This page reads system.billing.usage, system.billing.list_prices and system.lakeflow.jobs, and stays empty with an error for whoever may not: an administrator grants USE SCHEMA and SELECT on system.billing and system.lakeflow.',
    ),
  ],
  [
    6,
    chart('cost-by-day', 'bar', 'cost', {
      title: 'List price by day',
      x: day,
      y: { column: 'list_price', title: 'List price', of: 'SUM' },
      by: { column: 'job', title: 'Job' },
    }),
  ],
  [
    6,
    table('cost', 'cost', 'By job', [
      day,
      { column: 'job', title: 'Job' },
      { column: 'sku', title: 'SKU' },
      { column: 'units', title: 'DBU' },
      { column: 'list_price', title: 'List price' },
    ]),
  ],
]

const filters: readonly Row[] = [
  [
    2,
    filter('filter-sync', 'multi-select', 'sync', 'Sync', [
      ...['messages', 'reasons', 'account', 'dead_letters', 'freshness', 'runs', 'latency'],
    ]),
    filter('filter-day', 'date-range-picker', 'day', 'Day', [
      ...['messages', 'reasons', 'account', 'runs', 'latency', 'quota', 'cost'],
    ]),
  ],
]

/** The pages of the dashboard, in their order; the last one is the filters that act on all of them. */
export const pages = [
  page('overview', 'Overview', overview),
  page('speed', 'Speed', speed),
  page('account', 'Account', account),
  page('cost', 'Cost', cost),
  page('filters', 'Filters', filters, 'PAGE_TYPE_GLOBAL_FILTERS'),
]

function page(
  name: string,
  displayName: string,
  rows: readonly Row[],
  pageType = 'PAGE_TYPE_CANVAS',
) {
  let y = 0
  const layout = rows.flatMap(([height, ...widgets]) => {
    const width = 12 / widgets.length
    const placed = widgets.map((widget, i) => {
      const position: Position = { x: i * width, y, width, height }
      return { widget, position }
    })
    y += height
    return placed
  })
  return { name, displayName, pageType, layoutVersion: 'GRID_V1', layout }
}
