import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadProject } from '../src/config/index.ts'
import type { ProjectSpec } from '../src/core/index.ts'
import { erase, setup } from '../src/ops/index.ts'
import {
  backfill,
  hashState,
  type Parts,
  plan,
  rebase,
  reconcile,
  replay,
  runAll,
} from '../src/sync/index.ts'

const feed = "TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true')"
const people = (from: string) =>
  `CREATE OR REPLACE TABLE main.nights.people USING DELTA ${feed} AS
SELECT id, concat('Person ', id) AS name, CAST(id % 7 AS INT) AS visits, CAST(id AS DECIMAL(18, 2)) AS spent, DATE '2024-01-01' AS joined,
  CASE WHEN id % 4 = 0 THEN NULL ELSE array(concat('tag ', id % 3), 'all') END AS tags, map('b', id, 'a', 1) AS scores,
  named_struct('city', concat('City ', id % 5), 'zip', CAST(NULL AS STRING)) AS address, id % 2 = 0 AS active,
  timestamp_seconds(1700000000 + id) AS loaded_at, concat('owner ', id % 50) AS owner
FROM (${from})`

const state = (name: string, source: string, more: string, person = 'id') => `sync: ${name}
source: { ${source} }
send:
  call: identify
  person: { id: ${person} }
  traits: { name: name, visits: visits, spent: spent, joined: { column: joined, as: iso }, tags: tags, scores: scores, address: address, active: active }
${more}`

const table = 'table: main.nights.people, key: id, settle: 0s'
const query = 'query: SELECT * FROM main.nights.people WHERE id < 150, key: id'

/** Every way to look for changes, what is gone by deletion, clearing and not at all, keys that are not the person or hashed. */
const syncs: Readonly<Record<string, string>> = {
  night_auto: state('night_auto', table, 'on_delete: delete\n'),
  night_diff: state('night_diff', `${query}, changes: diff`, 'on_delete: clear\n'),
  night_full: state('night_full', `${table}, changes: full`, ''),
  night_cursor: state('night_cursor', `${query}, changes: { cursor: loaded_at, lag: 1h }`, ''),
  night_owners: state('night_owners', table, 'on_delete: delete\n', 'owner'),
  night_hashed: state('night_hashed', `${table}, audit_key: hashed`, ''),
  night_events: `sync: night_events
source: { ${table}, start: 2020-01-01 }
send: { call: track, event: Seen, person: { id: owner }, at: loaded_at, properties: { name: name } }
`,
  night_new: `sync: night_new
source: { ${table}, start: now }
send: { call: track, event: Seen Again, person: { id: owner }, at: loaded_at, properties: { name: name } }
checks: { unique: false, not_null: [id], fresh: { column: loaded_at, within: 99999d } }
`,
}

/**
 * Nights in the life of a table: rows change one by one, the table is rebuilt, keys are NULL or shared, a mapping is
 * edited, and people step in by hand. Every statement of change detection is sent on the way.
 */
export async function liveThroughNights(parts: Parts): Promise<void> {
  const { warehouse, clock } = parts
  const sql = async (...statements: string[]) => {
    for (const statement of statements) await warehouse.execute(statement)
  }
  const at = (project: ProjectSpec): Parts => ({ ...parts, project })
  const first = at(project(syncs))
  const run = async (on: Parts) => void (await runAll(on, on.project.syncs))

  await sql('CREATE SCHEMA IF NOT EXISTS main.nights', people('SELECT id FROM range(200)'))
  await setup(warehouse, first.project, clock)
  await run(first)
  await sql(
    "UPDATE main.nights.people SET name = 'changed' WHERE id < 4",
    'DELETE FROM main.nights.people WHERE id IN (10, 11)',
    "INSERT INTO main.nights.people SELECT id + 500, 'new', visits, spent, joined, tags, scores, address, active, timestamp_seconds(1800000000), owner FROM main.nights.people WHERE id = 20",
  )
  await run(first)
  await sql(people('SELECT id FROM range(197)'))
  await run(first)
  await sql(
    "INSERT INTO main.nights.people SELECT CASE WHEN id < 3 THEN NULL ELSE id END, 'odd', visits, spent, joined, tags, scores, address, active, loaded_at, owner FROM main.nights.people WHERE id < 5",
  )
  await run(first)

  const edited = at(
    project({ ...syncs, night_auto: syncs.night_auto?.replace('name: name', 'label: name') ?? '' }),
  )
  await sql(people('SELECT id FROM range(197) WHERE id <> 30'))
  await run(edited)
  const [auto] = edited.project.syncs
  if (auto === undefined) throw new Error('there is no sync')
  const by = { who: 'conformance', why: 'to see it done' }
  for (const sync of edited.project.syncs) await plan(edited, sync, { withValues: true })
  await backfill(edited, auto, { by, filter: {}, windows: 2 })
  await replay(edited, auto, { by, filter: {}, send: true })
  await rebase(edited, auto, { by })
  for (const sync of edited.project.syncs) {
    if (sync.name === 'night_cursor') await hashState(edited, sync, { by })
    if (sync.name === 'night_hashed') await reconcile(edited, sync, { by, enqueue: false })
  }
  await run(edited)

  await sql(
    'CREATE TABLE main.nights.requests (request_id STRING, person_id STRING, email STRING, kind STRING) USING DELTA',
    "INSERT INTO main.nights.requests VALUES ('r1', '40', NULL, 'delete'), ('r2', 'owner 7', NULL, 'suppress')",
  )
  const { confirmation = '' } = await erase(edited, { by, plan: true, confirmed: [] })
  await erase(edited, { by, plan: false, confirmed: [confirmation] })
  await run(edited)
}

function project(files: Readonly<Record<string, string>>): ProjectSpec {
  const folder = mkdtempSync(join(tmpdir(), 'nights-'))
  mkdirSync(join(folder, 'syncs'))
  writeFileSync(
    join(folder, 'customerio.yml'),
    'vars: { control: main.customerio }\ndestinations: { us: { region: us, key: secret://customerio/us } }\nerase: { table: main.nights.requests, person: { id: person_id, email: email }, kind: kind, request: request_id }\n',
  )
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(folder, 'syncs', `${name}.yml`), text)
  }
  return loadProject(folder)
}
