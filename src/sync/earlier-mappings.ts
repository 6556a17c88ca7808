import type { Schema } from 'apache-arrow'
import { type KnownMapping, mappingsIn, type Pair, type UsedMapping } from '../audit/index.ts'
import { ConfigError, SourceError } from '../core/index.ts'
import type { Mapping } from '../mapping/index.ts'
import type { HashedColumns, Scope } from '../source/index.ts'
import type { Parts } from './parts.ts'

/**
 * The other mappings that keys of the ledger were last sent under: hashes are compared over their columns, so that an
 * edited mapping makes nothing "changed". Throws a SourceError where a column of theirs is gone, unless everything is
 * sent, or nothing: no row is compared then.
 */
export async function earlierMappings(
  { warehouse, project, clock }: Parts,
  { sync, destination }: Pair,
  used: readonly UsedMapping[],
  current: Mapping,
  schema: Schema,
  send: Required<Scope>['send'],
): Promise<HashedColumns[]> {
  const others = used.filter(({ mappingHash }) => mappingHash !== current.hash)
  if (others.length === 0) return []
  const known = await mappingsIn(warehouse, project.control, clock).all(sync)
  refuseOtherCall(sync, current, others, known)
  const names = new Set(schema.fields.map(({ name }) => name))
  return others.flatMap(({ mappingHash, keys }) => {
    const columns = known.find(({ hash }) => hash === mappingHash)?.rowColumns
    const gone = columns?.filter((column) => !names.has(column))
    if (columns !== undefined && gone?.length === 0) return [{ mappingHash, columns }]
    if (send !== 'changed') return []
    throw new SourceError(
      'MAPPING_GONE',
      `${keys} keys of ${sync} → ${destination} were last sent under a mapping that reads ${
        gone === undefined
          ? 'columns nobody wrote down'
          : gone.map((name) => `"${name}"`).join(', ')
      }, which the source no longer has: whether they changed cannot be told. Put the column back, or run "customerio-jobs rebase ${sync}" to take the rows as they are without sending, or "customerio-jobs backfill ${sync}" to send them all`,
    )
  })
}

/**
 * What was sent by one call says nothing about another: under the name of a sync that identified people, rows to delete
 * would all look known.
 */
function refuseOtherCall(
  sync: string,
  current: Mapping,
  used: readonly UsedMapping[],
  known: readonly KnownMapping[],
): void {
  const callOf = (text: string) => (JSON.parse(text) as { call?: string }).call
  const call = callOf(current.text)
  for (const { hash, text } of known) {
    const earlier = callOf(text)
    if (earlier === call || !used.some(({ mappingHash }) => mappingHash === hash)) continue
    throw new ConfigError(
      'CALL_CHANGED',
      `${sync} was sent by ${earlier} before, and its file says ${call} now: what is known of its rows is about the other call. Give the new sync a name of its own`,
    )
  }
}
