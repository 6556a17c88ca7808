import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import {
  type Bench,
  column,
  commitLines,
  dataFiles,
  feedOn,
  named,
  openBench,
  rowsOf,
  written,
} from './support.ts'

let bench: Bench
beforeEach(async () => {
  bench = await openBench()
})
afterEach(() => bench.close())

const idAndName = { columns: [column('id', 'BIGINT', false), column('Name', 'STRING')] }

describe('a table', () => {
  it('gives back what was appended, typed by its schema', async () => {
    const types = [
      'BOOLEAN',
      'TINYINT',
      'SMALLINT',
      'INT',
      'BIGINT',
      'FLOAT',
      'DOUBLE',
      'STRING',
      'BINARY',
      'DATE',
      'TIMESTAMP',
      'TIMESTAMP_NTZ',
      'DECIMAL(38,10)',
      'ARRAY<STRUCT<x: INT>>',
      'MAP<STRING, BIGINT>',
    ]
    const values = [
      'true',
      '-128',
      '32767',
      '7',
      '9223372036854775807',
      '0.1',
      "'NaN'",
      "'NULL'",
      "'\\x00\\xFF'::BLOB",
      "DATE '1582-10-04'",
      "TIMESTAMPTZ '1900-01-01 00:00:00.000001Z'",
      "TIMESTAMP '2024-02-29 23:59:59.999999'",
      "'1234567890123456789012345678.0123456789'",
      "[{'x': 1}, NULL]",
      "MAP {'k': 9007199254740993}",
    ]
    const columns = types.map((type, i) => column(`c${i}`, type))
    const table = await bench.lake.createTable(named('t'), { columns })
    const select = `SELECT ${values.map((v, i) => `${v} AS c${i}`).join(', ')} UNION ALL SELECT ${values.map(() => 'NULL').join(', ')}`
    await table.append(bench.connection, select, written)
    const snapshot = await table.snapshot()
    expect(snapshot.columns).toEqual(columns)
    expect(await bench.rows(table.scan(snapshot))).toEqual([
      [
        true,
        -128,
        32767,
        7,
        '9223372036854775807',
        expect.closeTo(0.1),
        'NaN',
        'NULL',
        '\\x00\\xFF',
        '1582-10-04',
        '1900-01-01 00:00:00.000001+00',
        '2024-02-29 23:59:59.999999',
        '1234567890123456789012345678.0123456789',
        [{ x: 1 }, null],
        [{ key: 'k', value: '9007199254740993' }],
      ],
      types.map(() => null),
    ])
  })

  it('matches columns by name in any order and case, and fills those left out with NULL', async () => {
    const table = await bench.lake.createTable(named('t'), idAndName)
    await table.append(bench.connection, "SELECT 'a' AS NAME, 1 AS ID", written)
    await table.append(bench.connection, 'SELECT 2 AS id', written)
    expect(await rowsOf(bench, table)).toEqual([
      ['1', 'a'],
      ['2', null],
    ])
  })

  it('takes any query, also one that ends in a comment', async () => {
    const table = await bench.lake.createTable(named('t'), idAndName)
    await table.append(bench.connection, 'WITH x AS (SELECT 1 AS id) FROM x -- done', written)
    expect(await rowsOf(bench, table)).toEqual([['1', null]])
  })

  it('refuses a column that it lacks', async () => {
    const table = await bench.lake.createTable(named('t'), idAndName)
    await expect(
      table.append(bench.connection, 'SELECT 1 AS id, 2 AS other', written),
    ).rejects.toMatchObject({ code: 'DELTA_COLUMN_NOT_FOUND' })
  })

  it('refuses NULL in a NOT NULL column, whoever writes it, and leaves no file behind', async () => {
    const table = await bench.lake.createTable(named('t'), { ...idAndName, ...feedOn })
    await table.append(bench.connection, 'SELECT 1 AS id', written)
    const before = dataFiles(table)
    const refused = { code: 'DELTA_NOT_NULL_CONSTRAINT_VIOLATED', sqlState: '23502' }
    await expect(
      table.append(bench.connection, "SELECT 'x' AS name", written),
    ).rejects.toMatchObject(refused)
    await expect(
      table.update(bench.connection, { set: { id: 'NULL' } }, written),
    ).rejects.toMatchObject(refused)
    await expect(
      table.overwrite(bench.connection, 'SELECT NULL AS id', written),
    ).rejects.toMatchObject(refused)
    expect(dataFiles(table)).toEqual(before)
    expect((await table.snapshot()).version).toBe(1)
  })

  it('shows its state at a version and at a time', async () => {
    const table = await bench.lake.createTable(named('t'), idAndName)
    await table.append(bench.connection, 'SELECT 1 AS id', written)
    await table.append(bench.connection, 'SELECT 2 AS id', written)
    const first = await table.snapshot({ version: 1 })
    expect(await bench.rows(table.scan(first))).toEqual([['1', null]])
    expect((await table.snapshot({ timestamp: first.timestamp })).version).toBe(1)
    expect((await table.snapshot({ timestamp: first.timestamp - 1 })).version).toBe(0)
    const last = await table.snapshot()
    await expect(table.snapshot({ version: 3 })).rejects.toMatchObject({
      code: 'DELTA_VERSION_NOT_FOUND',
    })
    await expect(table.snapshot({ timestamp: last.timestamp + 1 })).rejects.toMatchObject({
      code: 'DELTA_TIMESTAMP_GREATER_THAN_COMMIT',
    })
    await expect(table.snapshot({ timestamp: 0 })).rejects.toMatchObject({
      code: 'DELTA_TIMESTAMP_EARLIER_THAN_COMMIT_RETENTION',
    })
  })

  it('keeps a scan valid while versions go on', async () => {
    const table = await bench.lake.createTable(named('t'), idAndName)
    await table.append(bench.connection, 'SELECT 1 AS id', written)
    const scan = table.scan(await table.snapshot())
    await table.update(bench.connection, { set: { id: 'id + 1' } }, written)
    await table.delete(bench.connection, {}, written)
    await table.optimize(bench.connection)
    expect(await bench.rows(scan)).toEqual([['1', null]])
  })

  it('skips a transaction that is there with the same or a higher version', async () => {
    const table = await bench.lake.createTable(named('t'), idAndName)
    const as = (version: number) => ({ ...written, txn: [{ appId: 'job', version }] })
    expect(await table.append(bench.connection, 'SELECT 1 AS id', as(5))).toMatchObject({
      version: 1,
      skipped: false,
      inserted: 1,
    })
    expect(await table.append(bench.connection, 'SELECT 2 AS id', as(5))).toEqual({
      version: 1,
      skipped: true,
      inserted: 0,
      updated: 0,
      deleted: 0,
    })
    expect(await table.delete(bench.connection, {}, as(4))).toMatchObject({ skipped: true })
    expect(await table.append(bench.connection, 'SELECT 3 AS id', as(6))).toMatchObject({
      version: 2,
      skipped: false,
    })
    expect(await rowsOf(bench, table)).toEqual([
      ['1', null],
      ['3', null],
    ])
    expect((await table.snapshot()).transactions.get('job')).toBe(6)
  })

  it('records a transaction whose statement changed nothing', async () => {
    const table = await bench.lake.createTable(named('t'), idAndName)
    const done = await table.delete(
      bench.connection,
      { where: 'id = 7' },
      { ...written, txn: [{ appId: 'job', version: 1 }] },
    )
    expect(done).toMatchObject({ version: 1, skipped: false })
    expect((await table.delete(bench.connection, { where: 'id = 7' }, written)).version).toBe(1)
  })

  it('is replaced by a new table under a new id, with its old versions still there', async () => {
    const table = await bench.lake.createTable(named('t'), {
      ...idAndName,
      comment: 'old',
      ...feedOn,
    })
    await table.append(bench.connection, 'SELECT 1 AS id', written)
    const before = await table.snapshot()
    await bench.lake.createTable(
      named('t'),
      { columns: [column('only', 'INT')] },
      {
        replace: true,
        rows: {
          connection: bench.connection,
          select: `SELECT id + 1 AS only FROM ${table.scan(before)}`,
        },
      },
    )
    const after = await table.snapshot()
    expect(after).toMatchObject({ version: 2, columns: [column('only', 'INT')], properties: {} })
    expect(after.comment).toBeUndefined()
    expect(after.id).not.toBe(before.id)
    expect(await rowsOf(bench, table)).toEqual([[2]])
    expect(await bench.rows(table.scan(await table.snapshot({ version: 1 })))).toEqual([
      ['1', null],
    ])
    expect((await table.history())[0]?.operation).toBe('CREATE OR REPLACE TABLE AS SELECT')
  })

  it('is overwritten in one commit, with other columns when asked', async () => {
    const table = await bench.lake.createTable(named('t'), idAndName)
    const id = (await table.snapshot()).id
    await table.append(bench.connection, 'SELECT 1 AS id', written)
    await table.overwrite(bench.connection, 'SELECT 2 AS id', written)
    expect(await rowsOf(bench, table)).toEqual([['2', null]])
    const replaceSchema = [column('x', 'TIMESTAMP_NTZ')]
    await table.overwrite(bench.connection, "SELECT TIMESTAMP '2024-01-01' AS x", {
      ...written,
      replaceSchema,
    })
    expect(await rowsOf(bench, table)).toEqual([['2024-01-01 00:00:00']])
    expect(await table.snapshot()).toMatchObject({ id, version: 3 })
  })

  it('reads rows written before a column was added, nested fields too', async () => {
    const table = await bench.lake.createTable(named('t'), {
      columns: [column('s', 'STRUCT<a: INT>')],
    })
    await table.append(bench.connection, "SELECT {'a': 1} AS s", written)
    await table.addColumns([column('n', 'DECIMAL(9,2)'), column('l', 'ARRAY<STRING>')])
    expect(await rowsOf(bench, table)).toEqual([[{ a: 1 }, null, null]])
    await table.append(bench.connection, "SELECT {'a': 2} AS s, 1.5 AS n, ['x'] AS l", written)
    expect(await rowsOf(bench, table)).toEqual([
      [{ a: 1 }, null, null],
      [{ a: 2 }, '1.50', ['x']],
    ])
    expect((await table.snapshot({ version: 1 })).columns).toHaveLength(1)
    await expect(table.addColumns([column('N', 'INT')])).rejects.toMatchObject({
      code: 'FIELD_ALREADY_EXISTS',
    })
    await expect(table.addColumns([column('m', 'INT', false)])).rejects.toMatchObject({
      code: 'DELTA_OPERATION_NOT_ALLOWED',
    })
  })

  it('asks for the least protocol that serves it', async () => {
    const protocolOf = async (name: string, type: string, properties = {}) => {
      const table = await bench.lake.createTable(named(name), {
        columns: [column('a', type)],
        properties,
      })
      return (await table.snapshot()).protocol
    }
    expect(await protocolOf('plain', 'INT')).toEqual({ minReaderVersion: 1, minWriterVersion: 2 })
    expect(await protocolOf('feed', 'INT', feedOn.properties)).toEqual({
      minReaderVersion: 1,
      minWriterVersion: 4,
    })
    expect(await protocolOf('ntz', 'ARRAY<TIMESTAMP_NTZ>', feedOn.properties)).toEqual({
      minReaderVersion: 3,
      minWriterVersion: 7,
      readerFeatures: ['timestampNtz'],
      writerFeatures: ['appendOnly', 'invariants', 'changeDataFeed', 'timestampNtz'],
    })
  })

  it('lists all features that its older protocol implied once it needs a list', async () => {
    const table = await bench.lake.createTable(named('t'), { ...idAndName, ...feedOn })
    await table.addColumns([column('n', 'TIMESTAMP_NTZ')])
    expect((await table.snapshot()).protocol).toEqual({
      minReaderVersion: 3,
      minWriterVersion: 7,
      readerFeatures: ['timestampNtz'],
      writerFeatures: [
        'appendOnly',
        'invariants',
        'checkConstraints',
        'changeDataFeed',
        'generatedColumns',
        'timestampNtz',
      ],
    })
  })

  it('writes commits as the protocol asks: commit info first, encoded path, exact statistics', async () => {
    const columns = [
      column('id', 'BIGINT'),
      column('at', 'TIMESTAMP'),
      column('s', 'STRUCT<d: DECIMAL(20,3), t: STRING>'),
      column('f', 'DOUBLE'),
      column('l', 'ARRAY<INT>'),
    ]
    const table = await bench.lake.createTable(named('t'), { columns })
    await table.append(
      bench.connection,
      `SELECT 9223372036854775807 AS id, TIMESTAMPTZ '2024-01-01 00:00:00.123456Z' AS at,
        {'d': 12345678901234567.125, 't': repeat('x', 100)} AS s, 'NaN' AS f, [1] AS l UNION ALL SELECT NULL, NULL, NULL, 1, NULL`,
      { operation: 'WRITE', parameters: { mode: 'Append' }, txn: [{ appId: 'a', version: 1 }] },
    )
    const [info, txn, add] = commitLines(table, 1)
    expect(info?.commitInfo).toMatchObject({
      operation: 'WRITE',
      operationParameters: { mode: 'Append' },
      readVersion: 0,
      isBlindAppend: true,
      operationMetrics: { numFiles: '1', numOutputRows: '2' },
    })
    expect(txn?.txn).toMatchObject({ appId: 'a', version: 1 })
    expect(add?.add).toMatchObject({
      partitionValues: {},
      dataChange: true,
      path: dataFiles(table)[0],
    })
    expect(add?.add?.stats).toBe(
      '{"numRecords":2,"minValues":{"id":9223372036854775807,"at":"2024-01-01T00:00:00.123Z","s":{"d":12345678901234567.125}},' +
        '"maxValues":{"id":9223372036854775807,"at":"2024-01-01T00:00:00.124Z","s":{"d":12345678901234567.125}},' +
        '"nullCount":{"id":1,"at":1,"s":{"d":1,"t":1},"f":0}}',
    )
  })

  it('describes itself', async () => {
    const table = await bench.lake.createTable(named('t'), {
      ...idAndName,
      comment: 'people',
      clusterBy: ['id'],
      properties: { owner: 'crm' },
    })
    await table.append(bench.connection, 'SELECT 1 AS id', written)
    await table.setComment('persons')
    await table.setProperties({ tier: 'gold' }, ['owner'])
    expect(await table.detail()).toMatchObject({
      format: 'delta',
      name: 'main.s.t',
      description: 'persons',
      clusteringColumns: ['id'],
      properties: { tier: 'gold' },
      numFiles: 1,
      minReaderVersion: 1,
      minWriterVersion: 2,
      tableFeatures: ['appendOnly', 'invariants'],
    })
    const history = await table.history(2)
    expect(history.map((row) => [row.version, row.operation])).toEqual([
      [3, 'SET TBLPROPERTIES'],
      [2, 'SET TBLPROPERTIES'],
    ])
  })

  it('compacts to one file without changing a row or the feed', async () => {
    const table = await bench.lake.createTable(named('t'), { ...idAndName, ...feedOn })
    for (const id of [1, 2, 3]) await table.append(bench.connection, `SELECT ${id} AS id`, written)
    const before = await rowsOf(bench, table)
    const { version } = await table.optimize(bench.connection)
    expect((await table.snapshot()).files).toHaveLength(1)
    expect(await rowsOf(bench, table)).toEqual(before)
    expect(await bench.rows(await table.changes(version))).toEqual([])
    expect((await table.optimize(bench.connection)).version).toBe(version)
  })

  it('refuses to change rows when it only allows appends', async () => {
    const table = await bench.lake.createTable(named('t'), {
      ...idAndName,
      properties: { 'delta.appendOnly': 'true' },
    })
    await table.append(bench.connection, 'SELECT 1 AS id', written)
    const refused = { code: 'DELTA_CANNOT_MODIFY_APPEND_ONLY' }
    await expect(table.delete(bench.connection, {}, written)).rejects.toMatchObject(refused)
    await expect(
      table.update(bench.connection, { set: { id: '2' } }, written),
    ).rejects.toMatchObject(refused)
    await expect(
      table.overwrite(bench.connection, 'SELECT 1 AS id', written),
    ).rejects.toMatchObject(refused)
  })
})

describe('many small files', () => {
  const auto = { 'delta.autoOptimize.autoCompact': 'true' }
  const filesAfter = async (properties: Record<string, string>, writes: number) => {
    const table = await bench.lake.createTable(named('t'), { ...idAndName, properties })
    for (let i = 0; i < writes; i++) {
      await table.append(bench.connection, `SELECT ${i} AS id, 'n' AS "Name"`, written)
    }
    const { files } = await table.snapshot()
    return { table, files: files.length }
  }

  it('become one behind a write where the table asks for it, and no row or change is lost', async () => {
    const { table, files } = await filesAfter({ ...auto, ...feedOn.properties }, 60)
    expect(files).toBe(11)
    expect(await rowsOf(bench, table)).toHaveLength(60)
    expect(await bench.rows(await table.changes(0))).toHaveLength(60)
  })

  it('stay where it does not', async () => {
    expect((await filesAfter({}, 60)).files).toBe(60)
  })
})
