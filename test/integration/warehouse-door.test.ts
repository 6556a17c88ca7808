import { createHash } from 'node:crypto'
import { type DBSQLClient, DBSQLParameter, DBSQLParameterType } from '@databricks/sql'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { type Rig, startRig } from './warehouse-rig.ts'

let rig: Rig
beforeEach(async () => {
  rig = await startRig({ cloudFetchMinRows: 10_000, cloudFetchFileRows: 20_000 })
})
afterEach(async () => {
  await rig.close()
})

type Session = Awaited<ReturnType<DBSQLClient['openSession']>>
type ExecuteOptions = Parameters<Session['executeStatement']>[1]

async function openSession(options: Parameters<Rig['connect']>[0] = {}): Promise<Session> {
  return (await rig.connect(options)).openSession()
}

/** All rows of a statement, its operation closed. */
async function rows(session: Session, sql: string, options?: ExecuteOptions): Promise<object[]> {
  const operation = await session.executeStatement(sql, options)
  try {
    return await operation.fetchAll()
  } finally {
    await operation.close()
  }
}

/** A short name for many rows: equal only when every value is. */
function digest(found: readonly object[]): string {
  const hash = createHash('sha256')
  for (const row of found) {
    hash.update(
      JSON.stringify(row, (_, value) => (typeof value === 'bigint' ? `${value}n` : value)),
    )
  }
  return hash.digest('hex')
}

/** The outcome of a promise that must fail. */
async function failureOf(promise: Promise<unknown>): Promise<Record<string, unknown>> {
  try {
    await promise
  } catch (error) {
    return error as Record<string, unknown>
  }
  throw new Error('it did not fail')
}

const wide = (count: number) =>
  `SELECT i AS id, 'customer ' || i AS name, IF(i % 7 = 0, NULL, i * 0.25::DOUBLE) AS score, (i * 1.01)::DECIMAL(18,2) AS amount,
    TIMESTAMPTZ '2020-01-01 00:00:00Z' + to_seconds(i) AS at, [i % 3, NULL] AS items, {'city': 'Zürich ' || i} AS address
   FROM range(${count}) t(i) ORDER BY i`

describe('sessions', () => {
  it('open with catalog and schema, answer a small statement in one round trip, and close', async () => {
    const client = await rig.connect()
    const session = await client.openSession({ initialCatalog: 'main', initialSchema: 'gold' })
    expect(await rows(session, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
    await session.close()
    expect(rig.engine.opened).toEqual([{ catalog: 'main', schema: 'gold' }])
    expect(rig.calls).toEqual(['OpenSession', 'ExecuteStatement', 'CloseSession'])
    expect(rig.engine.lent()).toBe(0)
  })

  it('are refused to a wrong token and to an unknown warehouse by their HTTP status', async () => {
    const wrong = await rig.connect({ token: 'bad' } as object)
    expect(await failureOf(wrong.openSession())).toMatchObject({ statusCode: 403 })
    const unknown = await rig.connect({ path: '/sql/1.0/warehouses/other' })
    expect(await failureOf(unknown.openSession())).toMatchObject({ statusCode: 404 })
  })

  it('that expire are reported as the service does', async () => {
    const session = await openSession()
    rig.faults.set('ExecuteStatement', 'expire-session')
    const error = await failureOf(session.executeStatement('SELECT 1'))
    expect(error).toMatchObject({
      name: 'Status Error',
      message: expect.stringContaining('Invalid SessionHandle'),
    })
    expect(String((await failureOf(session.executeStatement('SELECT 1'))).message)).toContain(
      'Invalid SessionHandle',
    )
  })
})

describe('values', () => {
  it('of every type arrive whole', async () => {
    const [row] = await rows(
      await openSession(),
      `SELECT true AS b, (-5)::TINYINT AS t, 300::SMALLINT AS s, 70000 AS i, 9007199254740993::BIGINT AS l, 1.5::FLOAT AS f, 0.1::DOUBLE AS d,
        '12345678901234567890.123456789012345678'::DECIMAL(38,18) AS dec, '' AS empty, 'Zoë 🦆 and a long tail' AS text, '\\x00\\xFF'::BLOB AS bin,
        DATE '1969-07-20' AS day, TIMESTAMPTZ '1969-12-31 23:59:59.123Z' AS at, TIMESTAMP '1900-01-01 00:00:00.5' AS ntz,
        [1, NULL] AS list, {'a': 1, 'n': {'b': 'x'}} AS st, MAP {'k': [9007199254740993]} AS m, NULL::VARCHAR AS nothing`,
    )
    expect(row).toEqual({
      b: true,
      t: -5,
      s: 300,
      i: 70000,
      l: 9007199254740993n,
      f: 1.5,
      d: 0.1,
      dec: '12345678901234567890.123456789012345678',
      empty: '',
      text: 'Zoë 🦆 and a long tail',
      bin: Buffer.from([0, 255]),
      day: new Date('1969-07-20'),
      at: new Date('1969-12-31T23:59:59.123Z'),
      ntz: new Date('1900-01-01T00:00:00.500Z'),
      list: [1, null],
      st: { a: 1, n: { b: 'x' } },
      m: { k: [9007199254740993n] },
      nothing: null,
    })
  })

  it('are described by name and type, decimals with precision and scale', async () => {
    const operation = await (await openSession()).executeStatement(
      "SELECT 1.5::DECIMAL(18,2) AS amount, [DATE '2020-01-01'] AS days",
    )
    const columns = (await operation.getSchema())?.columns ?? []
    expect(columns.map((c) => [c.columnName, c.typeDesc.types[0]?.primitiveEntry?.type])).toEqual([
      ['amount', 15],
      ['days', 10],
    ])
    expect(columns[0]?.typeDesc.types[0]?.primitiveEntry?.typeQualifiers?.qualifiers).toMatchObject(
      { precision: { i32Value: 18 }, scale: { i32Value: 2 } },
    )
  })

  it('of no rows at all still have their columns', async () => {
    const operation = await (await openSession()).executeStatement('SELECT 1 AS a WHERE false')
    expect(await operation.fetchAll()).toEqual([])
    expect((await operation.getSchema())?.columns.map((c) => c.columnName)).toEqual(['a'])
  })

  it('of equal names are both described', async () => {
    const operation = await (await openSession()).executeStatement("SELECT 1 AS a, 'x' AS a")
    expect((await operation.getSchema())?.columns.map((c) => c.columnName)).toEqual(['a', 'a'])
    expect(await operation.fetchAll()).toHaveLength(1)
  })
})

describe('statements', () => {
  it('bind named parameters by their types', async () => {
    const found = await rows(
      await openSession(),
      'SELECT :n + 1 AS n, :big AS big, :text AS text, :flag AS flag, :absent IS NULL AS isnull, :day AS day',
      {
        namedParameters: {
          n: 41,
          big: 9007199254740993n,
          text: "it's :n",
          flag: true,
          absent: null,
          day: new DBSQLParameter({ type: DBSQLParameterType.DATE, value: '2020-02-29' }),
        },
      },
    )
    expect(found).toEqual([
      {
        n: 42,
        big: 9007199254740993n,
        text: "it's :n",
        flag: true,
        isnull: true,
        day: new Date('2020-02-29'),
      },
    ])
  })

  it('without a result set end without rows, and changes are counted', async () => {
    const session = await openSession()
    expect(await rows(session, 'CREATE TABLE t (a INTEGER)')).toEqual([])
    const insert = await session.executeStatement('INSERT INTO t FROM range(5)')
    expect(await insert.fetchAll()).toEqual([{ num_affected_rows: 5, num_inserted_rows: 5 }])
    expect(Number((await insert.status()).numModifiedRows)).toBe(5)
    const update = await session.executeStatement('UPDATE t SET a = 0 WHERE a > 2')
    expect(await update.fetchAll()).toEqual([{ num_affected_rows: 2 }])
  })

  it('that fail tell why, with the SQLSTATE', async () => {
    const operation = await (await openSession()).executeStatement('SELECT * FROM missing')
    const error = await failureOf(operation.finished())
    expect(error).toMatchObject({
      errorCode: 'ERROR',
      message: expect.stringContaining('[TABLE_OR_VIEW_NOT_FOUND]'),
    })
    expect(error.response).toMatchObject({
      sqlState: '42P01',
      errorMessage: expect.stringContaining('Error running query: [TABLE_OR_VIEW_NOT_FOUND]'),
    })
  })

  it('stop when cancelled', async () => {
    const session = await openSession()
    const operation = await session.executeStatement(
      'SELECT count(*) FROM range(100000000) a, range(100000000) b WHERE a.range * b.range = -1',
      { maxRows: null },
    )
    const failed = failureOf(operation.fetchAll())
    await operation.cancel()
    expect(await failed).toMatchObject({ errorCode: 'CANCELED' })
    await session.close()
    expect(rig.engine.lent()).toBe(0)
  })

  it('side by side in one session do not cut each other short', async () => {
    const session = await openSession()
    const counts = await Promise.all(
      [1, 2, 3].map(async (n) => {
        const operation = await session.executeStatement(
          `SELECT range * ${n} AS v FROM range(60000)`,
        )
        let sum = 0
        for await (const row of operation.iterateRows())
          sum += Number((row as { v: bigint }).v) >= 0 ? 1 : 0
        await operation.close()
        return sum
      }),
    )
    expect(counts).toEqual([60_000, 60_000, 60_000])
  })

  it('that were evicted fail with 404', async () => {
    const operation = await (await openSession()).executeStatement('FROM range(50000)', {
      useCloudFetch: false,
    })
    rig.faults.set('FetchResults', 'evict-operation')
    expect(await failureOf(operation.fetchAll())).toMatchObject({ statusCode: 404 })
  })
})

describe('100,000 rows', () => {
  it('are the same inline, compressed, and by links', async () => {
    const session = await openSession()
    const plain = await rows(session, wide(100_000), {
      useCloudFetch: false,
      useLZ4Compression: false,
    })
    expect(plain).toHaveLength(100_000)
    expect(plain[99_999]).toMatchObject({
      id: 99_999n,
      name: 'customer 99999',
      amount: '100998.99',
      address: { city: 'Zürich 99999' },
    })
    const inlineCalls = rig.calls.filter((label) => label === 'FetchResults').length
    expect(inlineCalls).toBe(Math.ceil(100_000 / 4096) - 1)
    expect(rig.calls).not.toContain('CloudFetch')

    const compressed = await session.executeStatement(wide(100_000), { useCloudFetch: false })
    expect((await compressed.getResultMetadata()).lz4Compressed).toBe(true)
    expect(digest(await compressed.fetchAll())).toBe(digest(plain))

    expect(digest(await rows(session, wide(100_000)))).toBe(digest(plain))
    expect(rig.calls.filter((label) => label === 'CloudFetch')).toHaveLength(5)
  })

  it('by links that have expired are lost, as with the service', async () => {
    const session = await openSession()
    rig.faults.set('ExecuteStatement', 'expire-link')
    const error = await failureOf(rows(session, wide(30_000)))
    expect(error.message).toContain('CloudFetch link has expired')
  })
})
