import { join } from 'node:path'
import type { Warehouse } from '../src/warehouse/index.ts'
import { type Asked, askTwin, type Subject } from './questions.ts'

/*
 * Small tables for what the demo does not have: every type with its extremes, every kind of change, a log long
 * enough for checkpoints. Plain Databricks SQL, so that Spark runs the same statements.
 */

const feedOn = "TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true')"

/** Every kind of change, one commit each. */
const changes = [
  `CREATE TABLE main.dml.people (id BIGINT NOT NULL, name STRING, city STRING, score DECIMAL(10, 2), seen TIMESTAMP) USING DELTA ${feedOn}`,
  `INSERT INTO main.dml.people VALUES
    (1, 'Ada', 'London', 10.50, TIMESTAMP '2024-01-01T00:00:00Z'),
    (2, 'Bo', NULL, NULL, NULL),
    (3, 'Çelik', 'İzmir', -3.25, TIMESTAMP '2024-02-29T23:59:59.999999Z'),
    (9007199254740993, 'Big', '', 0.00, TIMESTAMP '1969-12-31T23:59:59.5Z'),
    (5, 'Eve', 'Rome', 1.00, TIMESTAMP '2024-03-31T01:30:00Z')`,
  `MERGE INTO main.dml.people AS t
USING (SELECT * FROM VALUES (1, 'Ada L.', 'gone'), (2, 'Bo', 'Oslo'), (7, 'Gus', 'Bonn') AS v(id, name, city)) AS s
ON t.id = s.id
WHEN MATCHED AND s.city = 'gone' THEN DELETE
WHEN MATCHED THEN UPDATE SET t.city = s.city
WHEN NOT MATCHED THEN INSERT (id, name, city) VALUES (s.id, s.name, s.city)`,
  "UPDATE main.dml.people SET score = coalesce(score, 0) + 1, name = upper(name) WHERE city IS NOT NULL AND city <> ''",
  'DELETE FROM main.dml.people WHERE id = 5',
  'ALTER TABLE main.dml.people ADD COLUMNS (level INT, note STRING)',
  "INSERT INTO main.dml.people (id, name, level, note) VALUES (8, 'Hal', 3, 'new'), (10, 'Ida', NULL, '')",
  'UPDATE main.dml.people SET level = 1 WHERE id = 2',
  `MERGE INTO main.dml.people AS t
USING (SELECT id + 100 AS id, 'more' AS name, city, score, seen, level, note FROM main.dml.people VERSION AS OF 6 WHERE id IN (2, 8)
  UNION ALL SELECT id, 'all', city, score, seen, level, note FROM main.dml.people VERSION AS OF 6 WHERE id IN (2, 8)) AS s
ON t.id = s.id
WHEN MATCHED THEN UPDATE SET *
WHEN NOT MATCHED THEN INSERT *`,
  'INSERT OVERWRITE main.dml.people SELECT * FROM main.dml.people WHERE id <> 10',
  "INSERT INTO main.dml.people (id, name) VALUES (11, 'Jo')",
  'OPTIMIZE main.dml.people',
  'CREATE OR REPLACE TABLE main.dml.totals USING DELTA AS SELECT count(*) AS people, sum(score) AS score, max(seen) AS seen FROM main.dml.people',
]

/** Every type, with NULL, the usual and the extremes; times that chdb can hold. */
const scalars = [
  `CREATE TABLE main.dml.scalars (id INT NOT NULL, flag BOOLEAN, tiny TINYINT, small SMALLINT, whole INT, big BIGINT, single FLOAT, dbl DOUBLE, wide DECIMAL(38, 10), money DECIMAL(9, 2), txt STRING, day DATE, instant TIMESTAMP, wall TIMESTAMP_NTZ) USING DELTA`,
  `INSERT INTO main.dml.scalars VALUES
    (1, true, 1, 2, 3, 4, CAST(0.1 AS FLOAT), 0.1D, 1.5, 12.34, 'plain', DATE '2024-02-29', TIMESTAMP '2024-02-29T12:34:56.789012Z', CAST('2024-02-29 12:34:56.789012' AS TIMESTAMP_NTZ)),
    (2, false, CAST(-128 AS TINYINT), CAST(-32768 AS SMALLINT), -2147483648, CAST('-9223372036854775808' AS BIGINT), CAST('NaN' AS FLOAT), CAST('NaN' AS DOUBLE), CAST('-9999999999999999999999999999.9999999999' AS DECIMAL(38, 10)), -9999999.99, '', DATE '1900-01-01', TIMESTAMP '1900-01-01T00:00:00Z', CAST('1900-01-01 00:00:00' AS TIMESTAMP_NTZ)),
    (3, true, CAST(127 AS TINYINT), CAST(32767 AS SMALLINT), 2147483647, 9223372036854775807, CAST('Infinity' AS FLOAT), CAST('-Infinity' AS DOUBLE), CAST('9999999999999999999999999999.9999999999' AS DECIMAL(38, 10)), 9999999.99, 'ünïcødé 🦆 "quotes" \\\\ \\n\\t', DATE '2299-12-31', TIMESTAMP '2299-12-31T23:59:59.999999Z', CAST('2299-12-31 23:59:59.999999' AS TIMESTAMP_NTZ)),
    (4, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)`,
  "CREATE TABLE main.dml.bytes USING DELTA AS SELECT 1 AS id, CAST('bytes, ü' AS BINARY) AS raw UNION ALL SELECT 2, CAST('' AS BINARY) UNION ALL SELECT 3, CAST(NULL AS BINARY)",
  'CREATE TABLE main.dml.far_times (id INT, day DATE, instant TIMESTAMP, wall TIMESTAMP_NTZ) USING DELTA',
  `INSERT INTO main.dml.far_times VALUES
    (1, DATE '0001-01-01', TIMESTAMP '0001-01-01T00:00:00Z', CAST('0001-01-01 00:00:00' AS TIMESTAMP_NTZ)),
    (2, DATE '1582-10-04', TIMESTAMP '1582-10-15T00:00:00Z', CAST('1582-10-10 00:00:00' AS TIMESTAMP_NTZ)),
    (3, DATE '9999-12-31', TIMESTAMP '9999-12-31T23:59:59.999999Z', CAST('9999-12-31 23:59:59.999999' AS TIMESTAMP_NTZ))`,
]

/** What becomes of a DOUBLE that lies between two decimals. */
const rounded = `CREATE TABLE main.dml.rounded USING DELTA AS
SELECT value, CAST(value AS DECIMAL(18, 2)) AS cents FROM VALUES (44.91D / 6), (1.005D), (2.675D), (1.115D), (0.125D), (-0.125D), (5086.935D) AS v(value)`

/** Structs, arrays and maps, within each other; NULL inside and, in a table of its own, in place of them. */
const nested = ['nested', 'nested_null'].flatMap((name) => [
  `CREATE TABLE main.dml.${name} (id INT, point STRUCT<x: INT, label: STRING>, list ARRAY<INT>, lines ARRAY<STRUCT<sku: STRING, price: DECIMAL(9, 2), at: TIMESTAMP>>, words MAP<STRING, INT>) USING DELTA`,
  `INSERT INTO main.dml.${name}
SELECT 1, named_struct('x', 1, 'label', 'one'), array(1, NULL, 3), array(named_struct('sku', 'a', 'price', CAST(1.5 AS DECIMAL(9, 2)), 'at', TIMESTAMP '2024-01-01T00:00:00Z')), map('k', 1, 'l', NULL)
UNION ALL SELECT 2, named_struct('x', CAST(NULL AS INT), 'label', CAST(NULL AS STRING)), array(), array(), map('m', 2)`,
])
const nullContainers = 'INSERT INTO main.dml.nested_null (id) VALUES (3)'

/** The statements, in order. */
export const dmlStatements: readonly string[] = [
  'CREATE SCHEMA IF NOT EXISTS main.dml',
  ...changes,
  ...scalars,
  rounded,
  ...nested,
  nullContainers,
]

/** More commits than a log has without a checkpoint. */
const commits = 130

/** Runs the statements on the twin; and makes `long_log`, which only readers are asked about. */
export async function makeTables({ execute }: Warehouse): Promise<void> {
  for (const statement of dmlStatements) await execute(statement)
  await execute(`CREATE TABLE main.dml.long_log (n INT, txt STRING) USING DELTA ${feedOn}`)
  for (let n = 1; n < commits; n++) {
    await execute(
      n % 10 === 0
        ? `UPDATE main.dml.long_log SET txt = concat(txt, '+') WHERE n = ${n - 1}`
        : `INSERT INTO main.dml.long_log VALUES (${n}, 'row ${n}')`,
    )
  }
}

/** What the twin answers about these tables. */
export async function askAboutDml(warehouse: Warehouse, folder: string): Promise<Asked[]> {
  const subjects: Subject[] = [
    {
      table: 'main.dml.people',
      versions: true,
      changes: [
        { from: 0, to: 4, not: { chdb: 'gives the columns of version 4, not the newest' } },
        { from: 5 },
        { from: 0, not: { chdb: 'has no change feed over a change of columns' } },
      ],
    },
    { table: 'main.dml.totals' },
    { table: 'main.dml.scalars' },
    { table: 'main.dml.rounded' },
    { table: 'main.dml.bytes' },
    { table: 'main.dml.far_times', not: { chdb: 'its times end at 1900 and 2299' } },
    { table: 'main.dml.nested' },
    { table: 'main.dml.nested_null', not: { chdb: 'has no NULL in place of a list or map' } },
    { table: 'main.dml.long_log', changes: [{ from: 0 }] },
  ]
  return askTwin(warehouse, join(folder, 'lake'), subjects)
}
