import type { ProjectSpec } from '../core/index.ts'
import { pages } from './dashboard-pages.ts'
import {
  accountQuestion,
  back,
  costQuestion,
  deadLettersQuestion,
  freshnessQuestion,
  latencyQuestion,
  messagesQuestion,
  quotaQuestion,
  reasonsQuestion,
  runsQuestion,
} from './questions.ts'

/** The file with the dashboard, beside the one that deploys it. */
export const dashboardFileName = 'customerio.lvdash.json'

/** Data is shown of the last thirty days, the busiest seconds of the last one. */
const shownDays = 30

/** The bundle's resource: tables are those of the target's control schema, and readers see what they may read. */
export const dashboardResource = {
  resources: {
    dashboards: {
      customerio: {
        display_name: 'customerio-jobs',
        file_path: dashboardFileName,
        warehouse_id: '${var.warehouse_id}',
        dataset_catalog: '${var.control_catalog}',
        dataset_schema: '${var.control_schema}',
        embed_credentials: false,
      },
    },
  },
} as const

/** The dashboard as `.lvdash.json`: what customerio.yml says is due and allowed is written into it. */
export function dashboardFile(project: ProjectSpec): string {
  const datasets = [...datasetsOf(project)].map(([name, sql]) => ({
    name,
    displayName: name.replaceAll('_', ' '),
    queryLines: sql.split('\n').map((line) => `${line}\n`),
  }))
  return `${JSON.stringify({ datasets, pages }, null, 2)}\n`
}

/** SQL by the name of the dataset, tables by their bare names. */
export function datasetsOf(project: ProjectSpec): ReadonlyMap<string, string> {
  const name = (table: string) => table
  const asking = { name, since: back('DAY', shownDays) }
  return new Map([
    ['messages', messagesQuestion(asking)],
    ['reasons', reasonsQuestion(asking)],
    ['account', accountQuestion(asking)],
    ['dead_letters', deadLettersQuestion(asking)],
    ['freshness', freshnessQuestion(asking, project)],
    ['runs', runsQuestion(asking)],
    ['latency', latencyQuestion(asking)],
    ['quota', quotaQuestion({ name, since: back('DAY', 1) }, project)],
    ['cost', costQuestion(asking)],
  ])
}
