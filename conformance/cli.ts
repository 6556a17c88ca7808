import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadShop } from '../demo/load.ts'
import type { Parts } from '../src/sync/index.ts'
import type { Checks } from './checks.ts'
import { copyBundle } from './cli-bundle.ts'
import { deploys, deploysMore, destroys } from './cli-deploys.ts'
import { runs } from './cli-runs.ts'
import type { Stage } from './cli-stage.ts'
import type { Tools } from './tools.ts'
import { withTwin } from './twin.ts'

/**
 * The real Databricks CLI validates, plans, deploys, runs and destroys this repository's bundle in a workspace of the
 * twin. Nothing of the CLI is stood in for; what it talks to is.
 */
export async function checkCli(checks: Checks, { cli, task }: Tools): Promise<void> {
  if ('missing' in cli) return checks.skip('the Databricks CLI', cli.missing)
  if ('missing' in task) return checks.skip('the Databricks CLI', task.missing)
  // Outside of the repository, whose .gitignore would hide the copy from the CLI.
  const folder = mkdtempSync(join(tmpdir(), 'customerio-jobs-cli-'))
  const calls: string[] = []
  const options = {
    python: task.path,
    onRequest: ({ address, label = '' }: { address: string; label: string | undefined }) => {
      if (address === 'workspace') calls.push(label)
    },
  }
  try {
    await withTwin(
      join(folder, 'twin'),
      async (parts, twin) => {
        mkdirSync(join(folder, 'home'))
        const copy = copyBundle(join(folder, 'project'), cli.path, {
          PATH: process.env.PATH ?? '',
          HOME: join(folder, 'home'),
          DATABRICKS_HOST: twin.workspaceOrigin,
          DATABRICKS_TOKEN: twin.token,
          DATABRICKS_CLI_DISABLE_UPDATE_CHECK: 'true',
          SSL_CERT_FILE: twin.environment.NODE_EXTRA_CA_CERTS ?? '',
        })
        const home = join('workspace/Users', twin.clientId, '.bundle/customerio-jobs/dev/files')
        const stage: Stage = {
          ...{ checks, twin, parts, copy, calls, jobs: copy.jobs() },
          deployed: () => JSON.parse(readFileSync(join(folder, 'twin/deployed.json'), 'utf8')),
          uploaded: (file) => readFileSync(join(folder, 'twin', home, file)),
        }
        await makeSources(parts)
        await deploys(stage)
        await deploysMore(stage)
        await runs(stage)
        await destroys(stage)
      },
      options,
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The shop in the catalog of the target dev. */
async function makeSources(parts: Parts): Promise<void> {
  const { warehouse } = parts
  await loadShop(parts)
  for (const statement of [
    'CREATE CATALOG dev',
    'CREATE SCHEMA dev.shop',
    'CREATE TABLE dev.shop.order_lines USING DELTA AS SELECT * FROM main.shop.order_lines',
    'CREATE TABLE dev.shop.customers USING DELTA AS SELECT * FROM main.shop.customers',
  ]) {
    await warehouse.execute(statement)
  }
}
