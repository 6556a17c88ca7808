import { controlOf } from '../../audit/index.ts'
import type { EraseSpec } from '../../core/index.ts'
import { hashKey, identifierHash } from '../../source/index.ts'
import type { Parts } from '../../sync/index.ts'
import { quoteName, quoteTable } from '../../warehouse/index.ts'
import { inList } from '../maintain/index.ts'
import type { EraseRequest } from './requests.ts'

/**
 * Writes the tombstones of requests down, before anything else is done: from now on no window that is opened or gone on
 * with sends these people again. The warehouse makes the hashes out of the table of requests. Can be repeated. Gives the
 * moment of each request's first tombstone.
 */
export async function entomb(
  { warehouse, project, clock, idSecret }: Parts,
  { table, person, request }: EraseSpec,
  requests: readonly EraseRequest[],
): Promise<ReadonlyMap<string, number>> {
  const erased = controlOf(project.control).name('erased')
  const { list, parameters } = inList(requests.map(({ id }) => id))
  const columns = [
    ['id', person.id],
    ['email', person.email],
  ] as const
  const identifiers = columns.flatMap(([kind, column]) =>
    column === undefined
      ? []
      : [
          `SELECT trim(CAST(q.${quoteName(request)} AS STRING)) AS request_id, '${kind}' AS identity_kind, CAST(q.${quoteName(column)} AS STRING) AS identifier FROM ${quoteTable(table)} AS q`,
        ],
  )
  await warehouse.execute(
    `MERGE INTO ${erased} AS t USING (
  SELECT DISTINCT ${identifierHash('i.identifier')} AS identity_hash, i.identity_kind, i.request_id
  FROM (${identifiers.join('\nUNION ALL ')}) AS i
  WHERE trim(i.identifier) <> '' AND i.request_id IN (${list})
) AS s ON t.identity_hash = s.identity_hash AND t.request_id = s.request_id AND t.identity_kind = s.identity_kind
WHEN NOT MATCHED THEN INSERT (identity_hash, identity_kind, request_id, erased_at)
VALUES (s.identity_hash, s.identity_kind, s.request_id, CAST(:erased_at AS TIMESTAMP))`,
    {
      ...parameters,
      hash_key: hashKey(await idSecret()),
      erased_at: new Date(clock.now()),
    },
  )
  const rows = await warehouse.query(
    `SELECT request_id, min(erased_at) AS erased_at FROM ${erased} WHERE request_id IN (${list}) GROUP BY request_id`,
    parameters,
  )
  return new Map(
    rows.map(({ request_id, erased_at }) => [
      String(request_id),
      erased_at instanceof Date ? erased_at.getTime() : clock.now(),
    ]),
  )
}
