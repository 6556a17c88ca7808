import { controlOf } from '../../audit/index.ts'
import { ConfigError, type EraseSpec, redact } from '../../core/index.ts'
import type { Parts } from '../../sync/index.ts'
import { quoteName, quoteTable, type SqlRow } from '../../warehouse/index.ts'

/** What a request asks for. */
export type EraseKind = 'delete' | 'suppress'

/** A request to forget somebody that is not done yet. */
export interface EraseRequest {
  /** As the table names it. */
  readonly id: string
  readonly kind: EraseKind
  /** The person's id, e-mail address, or both: never to be written down or shown. */
  readonly identifiers: readonly string[]
  readonly requestedBy?: string
}

/** Requests to work on, and those that can't be. */
export interface Requests {
  readonly open: readonly EraseRequest[]
  /** What is wrong with the others, by reason code. */
  readonly refused: Readonly<Record<RequestProblem, number>>
  /** Rows for a later go. */
  readonly more: number
}

/** Why a request can't be worked on. */
export type RequestProblem =
  | 'request_missing'
  | 'request_names_person'
  | 'kind_unknown'
  | 'nobody_named'

/** Requests of one go: each is a parameter of a statement, and Databricks takes 256. */
const mostRequests = 200

/** Where requests are kept. Throws ConfigError ERASE_NOT_SET. */
export function eraseSpecOf({ project }: Pick<Parts, 'project'>): EraseSpec {
  if (project.erase !== undefined) return project.erase
  throw new ConfigError(
    'ERASE_NOT_SET',
    'customerio.yml does not say where requests to forget a person are kept; add erase: { table, person, kind, request }',
  )
}

/** Reads the requests that have no receipt of a verified erasure. */
export async function openRequests(
  { warehouse, project }: Pick<Parts, 'warehouse' | 'project'>,
  spec: EraseSpec,
  signal?: AbortSignal,
): Promise<Requests> {
  const { person, requestedBy } = spec
  const text = (column: string | undefined) =>
    column === undefined ? 'CAST(NULL AS STRING)' : `trim(CAST(q.${quoteName(column)} AS STRING))`
  const found = await warehouse.query(
    `SELECT r.*, count(*) OVER () AS _total FROM (
  SELECT ${text(spec.request)} AS _request, lower(${text(spec.kind)}) AS _kind, ${text(person.id)} AS _id,
    ${text(person.email)} AS _email, ${text(requestedBy)} AS _by FROM ${quoteTable(spec.table)} AS q
) AS r LEFT ANTI JOIN (
  SELECT DISTINCT request_id FROM ${controlOf(project.control).name('receipts')} WHERE step = 'verify' AND status = 'done'
) AS d ON d.request_id = r._request
ORDER BY CASE WHEN r._kind IN ('delete', 'suppress') THEN 0 ELSE 1 END, r._request LIMIT ${mostRequests}`,
    {},
    signal,
  )
  const total = Number(found[0]?._total ?? 0)
  // A request may take several rows: one that was cut in two waits as a whole.
  const last = total > found.length ? found.at(-1)?._request : undefined
  const rows = found.filter(({ _request }) => last === undefined || _request !== last)
  const refused = { request_missing: 0, request_names_person: 0, kind_unknown: 0, nobody_named: 0 }
  const open = new Map<string, EraseRequest>()
  for (const row of rows) {
    const read = requestOf(row)
    if (typeof read === 'string') {
      refused[read] += 1
      continue
    }
    const same = open.get(read.id)
    // A request may take several rows, one for each identifier; the harder kind counts.
    open.set(read.id, same === undefined ? read : together(same, read))
  }
  return {
    open: [...open.values()],
    refused,
    more: total - rows.length,
  }
}

function requestOf({ _request, _kind, _id, _email, _by }: SqlRow): EraseRequest | RequestProblem {
  const id = String(_request ?? '')
  if (id === '') return 'request_missing'
  const identifiers = [_id, _email].map((value) => String(value ?? '')).filter(Boolean)
  // Receipts are kept for good.
  const isSame = identifiers.some((one) => one.toLowerCase() === id.toLowerCase())
  if (isSame || id.includes('@')) return 'request_names_person'
  if (_kind !== 'delete' && _kind !== 'suppress') return 'kind_unknown'
  if (identifiers.length === 0) return 'nobody_named'
  return { id, kind: _kind, identifiers, ...askedBy(_by, identifiers) }
}

/** Who asks, unless that is the person. */
function askedBy(by: unknown, identifiers: readonly string[]): Pick<EraseRequest, 'requestedBy'> {
  const text = String(by ?? '')
  if (text === '') return {}
  const isPerson = identifiers.some((one) => text.toLowerCase().includes(one.toLowerCase()))
  return { requestedBy: isPerson ? 'the person' : redact(text) }
}

function together(one: EraseRequest, other: EraseRequest): EraseRequest {
  return {
    ...one,
    kind: one.kind === 'suppress' ? 'suppress' : other.kind,
    identifiers: [...new Set([...one.identifiers, ...other.identifiers])],
  }
}
