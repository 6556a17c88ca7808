import { open, unlink } from 'node:fs/promises'
import { actsIn, controlOf, outcomesWhere } from '../../audit/index.ts'
import { ConfigError, codesOf, redact } from '../../core/index.ts'
import type { ByHand, Parts } from '../../sync/index.ts'
import { ledgerRowsAbout, searchPerson } from './explain-person.ts'
import { outcomesAbout, personParameters } from './person-search.ts'

/** What was written for an access request: how much, never what. */
export interface PersonExport {
  readonly kind: 'export'
  readonly file: string
  readonly rows: number
  readonly keys: number
  readonly outcomes: number
  /** Syncs whose source could not be searched: what they hold is missing. */
  readonly failures: readonly { readonly sync: string; readonly code: string }[]
}

/**
 * Writes everything that the mapped columns of the sources and the control tables hold of a person to a new file that
 * only its owner can read, as JSON. The act is written down without the person. Throws ConfigError EXPORT_UNWRITABLE
 * where the file is there already or cannot be made.
 */
export async function exportPerson(
  parts: Parts,
  person: string,
  file: string,
  { who, why }: ByHand,
  signal?: AbortSignal,
): Promise<PersonExport> {
  const { warehouse, project, clock } = parts
  const handle = await create(file)
  try {
    const reason = redact(why?.trim() ?? '')
    await actsIn(warehouse, project.control, clock).record({
      act: 'export',
      who,
      ...(reason === '' ? {} : { why: reason }),
      details: { syncs: project.syncs.length },
    })
    const { values, found } = await searchPerson(parts, person, undefined, 'mapped', signal)
    const ledger = await ledgerRowsAbout(parts, values, undefined, signal)
    const outcomes = await warehouse.query(
      `SELECT * FROM (${outcomesWhere(controlOf(project.control), outcomesAbout(values))}) AS o ORDER BY sent_at, window_id`,
      await personParameters(parts, values),
      signal,
    )
    const sources = found.map(({ sync, rows, looked }) => ({
      sync: sync.name,
      rows: rows.map(({ key, destination, row }) => ({
        key,
        destination,
        columns: Object.fromEntries(looked?.mapping.columns.map((name) => [name, row[name]]) ?? []),
      })),
    }))
    const content = {
      person: values,
      exportedAt: new Date(clock.now()).toISOString(),
      sources: sources.filter(({ rows }) => rows.length > 0),
      ledger,
      outcomes,
    }
    await handle.writeFile(`${JSON.stringify(content, plain, 2)}\n`)
    await handle.close()
    return {
      kind: 'export',
      file,
      rows: sources.reduce((sum, { rows }) => sum + rows.length, 0),
      keys: ledger.length,
      outcomes: outcomes.length,
      failures: found.flatMap(({ sync, failure }) =>
        failure === undefined ? [] : [{ sync: sync.name, code: failure.code }],
      ),
    }
  } catch (error) {
    await handle.close().catch(() => {})
    await unlink(file)
    throw error
  }
}

async function create(file: string) {
  try {
    return await open(file, 'wx', 0o600)
  } catch (error) {
    const [code = ''] = codesOf(error)
    throw new ConfigError(
      'EXPORT_UNWRITABLE',
      code === 'EEXIST'
        ? 'the file for the export is there already, and is not overwritten; name another one'
        : `the file for the export cannot be made (${code}); name another one`,
    )
  }
}

/** What JSON has no word for: whole numbers beyond its reach as text, bytes as base64. */
function plain(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value
}
