import { controlOf, controlTables, controlViews, pendingMigrations } from '../../audit/index.ts'
import { newId, SourceError } from '../../core/index.ts'
import { destinationsOf } from '../../source/index.ts'
import type { Parts } from '../../sync/index.ts'
import { quoteName } from '../../warehouse/index.ts'
import type { Check } from './check.ts'
import { type Finding, failed, failedBy, ok } from './finding.ts'

const setupCure = 'run "customerio-jobs setup" (in the workspace: the job setup)'

/** Whether the control schema is there, of this version, and ours to write. What is written for that changes nothing. */
export const controlCheck: Check = {
  name: 'control',
  needs: ['warehouse'],
  async run({ parts }) {
    const missing = await versionFinding(parts)
    if (missing.health === 'failed') return [missing]
    return [
      missing,
      await rowsFinding(parts),
      await tablesFinding(parts),
      await volumeFinding(parts),
    ]
  },
}

async function versionFinding({ warehouse, project }: Parts): Promise<Finding> {
  const { control } = project
  const at = controlOf(control)
  try {
    const behind = await pendingMigrations(warehouse, control)
    if (behind.length > 0) {
      const words = `${behind.length} tables of ${control} lack columns that this version writes`
      return failed(words, setupCure, undefined, 'TABLE_MISSING')
    }
    for (const { name } of controlViews) {
      await warehouse.query(`SELECT 1 AS \`one\` FROM ${at.name(name)} LIMIT 0`)
    }
    return ok(`${control} has the tables and views of this version`)
  } catch (error) {
    const isThere = !(error instanceof SourceError) || !/_MISSING$/.test(error.code)
    return failedBy(error, undefined, isThere ? grantsCure(project.target) : setupCure)
  }
}

/** A sync and destination without its row in `checkpoints` cannot run. */
async function rowsFinding({ warehouse, project }: Parts): Promise<Finding> {
  const rows = await warehouse.query(
    `SELECT \`sync\`, \`destination\` FROM ${controlOf(project.control).name('checkpoints')}`,
  )
  const known = new Set(rows.map(({ sync, destination }) => `${sync} → ${destination}`))
  const pairs = project.syncs.flatMap((sync) =>
    destinationsOf(sync.send.to).map((destination) => `${sync.name} → ${destination}`),
  )
  const missing = pairs.filter((pair) => !known.has(pair))
  return missing.length === 0
    ? ok(`all ${pairs.length} pairs of sync and destination have their checkpoint`)
    : failed(`no checkpoint yet: ${missing.join(', ')}`, setupCure, undefined, 'CHECKPOINT_MISSING')
}

/**
 * Rights on tables, by statements that need them and find no row: MODIFY by an UPDATE on each, CREATE TABLE by a table that
 * is dropped again at once.
 */
async function tablesFinding({ warehouse, project, clock }: Parts): Promise<Finding> {
  const at = controlOf(project.control)
  const scratch = at.name(`doctor_${newId(clock.now()).toLowerCase()}`)
  try {
    for (const { name, columns } of controlTables) {
      const column = quoteName(columns[0]?.name ?? '')
      await warehouse.execute(`UPDATE ${at.name(name)} SET ${column} = ${column} WHERE FALSE`)
    }
    await warehouse.execute(`CREATE TABLE IF NOT EXISTS ${scratch} (\`n\` INT) USING DELTA`)
    await warehouse.execute(`DROP TABLE IF EXISTS ${scratch}`)
    return ok('its tables may be written, and new ones made')
  } catch (error) {
    return failedBy(error, 'tables', grantsCure(project.target))
  }
}

/** Rights on the volume, by a small file that is removed again at once. */
async function volumeFinding({ workspace, project, clock }: Parts): Promise<Finding> {
  const { volume } = controlOf(project.control)
  const path = `${volume}/doctor-${newId(clock.now())}.txt`
  try {
    await workspace.put(path, Buffer.from('customerio-jobs doctor\n'))
    const seen = await workspace.list(volume)
    await workspace.delete(path)
    return seen.some((file) => file.path === path)
      ? ok('its volume may be written, listed and emptied')
      : failed(
          'a file that was just written to the volume is not listed',
          'grant READ VOLUME',
          'volume',
          'VOLUME_UNREADABLE',
        )
  } catch (error) {
    const isMissing = error instanceof SourceError && error.code === 'VOLUME_MISSING'
    return failedBy(error, 'volume', isMissing ? setupCure : grantsCure(project.target))
  }
}

function grantsCure(target: string | undefined): string {
  return `have the owner run the statements of resources/generated/grants.${target ?? 'default'}.sql for the identity above`
}
