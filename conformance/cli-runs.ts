import { differs, good, type Stage, said } from './cli-stage.ts'

/** Jobs of the target dev, run to their ends: launcher, Node, warehouse and Customer.io. */
export async function runs({ checks, copy, twin, parts }: Stage): Promise<void> {
  checks.heading('the Databricks CLI: runs')
  const received = () => twin.store.counts().messages
  good(checks, 'setup', await copy.bundle('run', 'setup'))
  const planned = await copy.bundle('run', 'shop', '--params', 'mode=plan')
  good(checks, 'shop with mode=plan', planned, /customers → us/)
  checks.note('which sends nothing', differs(received(), 0))
  good(checks, 'shop', await copy.bundle('run', 'shop'), /customers +us/)
  const [sums] = await parts.warehouse.query(
    'SELECT sum(delivered) AS delivered, sum(pending) AS pending FROM dev.customerio.account',
  )
  checks.note('which leaves no row unaccounted', differs(Number(sums?.pending), 0))
  checks.note(
    'and what it delivered is at Customer.io',
    differs(received(), Number(sums?.delivered)),
    `${received()} messages`,
  )
  const [run] = await parts.warehouse.query(
    'SELECT count(DISTINCT job_run_id) AS runs, count_if(exit_code <> 0) AS failed FROM dev.customerio.runs',
  )
  checks.note('by one job run', differs([Number(run?.runs), Number(run?.failed)], [1, 0]))
  const before = received()
  good(checks, 'shop again', await copy.bundle('run', 'shop', '--params', 'syncs=customers'))
  checks.note('which sends nothing again', differs(received(), before))
  good(checks, 'report', await copy.bundle('run', 'report'), /customers/)
  good(checks, 'reconcile, for each sync', await copy.bundle('run', 'reconcile'))
  // Tried twice, a minute apart, as the job says.
  const failed = await copy.bundle('run', 'shop', '--params', 'mode=nothing')
  const isTold = failed.code !== 0 && /Task customers failed/.test(failed.output)
  checks.note(
    'a run that fails fails here too, and says by which task',
    isTold ? undefined : said(failed),
  )
}
