import { SourceError } from '../../core/index.ts'
import { sourceSchema, tablesOf } from '../../source/index.ts'
import type { Check, Patient } from './check.ts'
import { type Finding, failedBy, ok } from './finding.ts'

/** Whether the source of every sync may be read, as a `SELECT … LIMIT 0` tells, and the requests of `erase`. */
export const sourcesCheck: Check = {
  name: 'sources',
  needs: ['warehouse'],
  async run(patient) {
    const { project } = patient.parts
    const sources = project.syncs
      .filter(({ outbox }) => outbox === undefined)
      .map(({ name, source }) => ({ about: name, from: source.from }))
    const requests =
      project.erase === undefined ? [] : [{ about: 'erase', from: { table: project.erase.table } }]
    const findings: Finding[] = []
    for (const { about, from } of [...sources, ...requests]) {
      const finding = await readable(patient, about, from)
      if (finding !== undefined) findings.push(finding)
    }
    const all = sources.length + requests.length
    const good = all - findings.length
    return good === 0 && all > 0
      ? findings
      : [ok(`${good} of ${all} sources can be read`), ...findings]
  },
}

type From = Parameters<typeof sourceSchema>[1]

/** Why a source cannot be read; undefined where it can. */
async function readable(
  { parts: { warehouse, project } }: Patient,
  about: string,
  from: From,
): Promise<Finding | undefined> {
  try {
    await sourceSchema(warehouse, from)
    return undefined
  } catch (error) {
    const code = error instanceof SourceError ? error.code : ''
    const { tables, perhaps } = tablesOf(from)
    const names = [...tables, ...perhaps].join(', ')
    const grants = `resources/generated/grants.${project.target ?? 'default'}.sql`
    const cures: Readonly<Record<string, string>> = {
      PERMISSION_DENIED: `have the owner grant USE CATALOG, USE SCHEMA and SELECT for ${names}; ${grants} has the statements`,
      TABLE_MISSING: `check the name ${names} and the vars of the target, or whether the table is written yet; without USE SCHEMA a table looks missing, too`,
      SCHEMA_MISSING: `check the catalog and schema of ${names} and the vars of the target; without USE CATALOG they look missing, too`,
    }
    return failedBy(error, about, cures[code])
  }
}
