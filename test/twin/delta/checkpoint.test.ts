import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { type DeltaTable, Lake } from '../../../src/twin/delta/index.ts'
import { type Bench, column, named, openBench, rowsOf, tickingClock, written } from './support.ts'

let bench: Bench
let table: DeltaTable
beforeEach(async () => {
  bench = await openBench()
  const properties = { 'delta.checkpointInterval': '5', note: "it's" }
  const columns = [column('id', 'BIGINT'), column('s', 'STRUCT<a: TIMESTAMP>')]
  table = await bench.lake.createTable(named('t'), { columns, properties, comment: 'c' })
  for (let i = 1; i <= 6; i++) {
    await table.append(bench.connection, `SELECT ${i} AS id`, {
      ...written,
      txn: [{ appId: 'job', version: i }],
    })
  }
})
afterEach(() => bench.close())

const log = () => join(table.folder, '_delta_log')
const checkpoint = '00000000000000000005.checkpoint.parquet'

/** Removes the commits up to the checkpoint, as log clean-up does. */
function cleanUp(): void {
  for (const name of readdirSync(log()))
    if (/^0{19}[0-5]\.json$/.test(name)) rmSync(join(log(), name))
}

/** The table as a process sees it that has just started. */
async function afresh<T>(look: (table: DeltaTable) => Promise<T>): Promise<T> {
  const lake = Lake.open(bench.lake.folder, tickingClock())
  try {
    return await look(lake.table(named('t'))!)
  } finally {
    lake.close()
  }
}

const allRows = [1, 2, 3, 4, 5, 6].map((id) => [String(id), null])

describe('a checkpoint', () => {
  it('is written when one is due, with a pointer to it', () => {
    expect(readdirSync(log()).filter((name) => name.endsWith('.parquet'))).toEqual([checkpoint])
    expect(JSON.parse(readFileSync(join(log(), '_last_checkpoint'), 'utf8'))).toMatchObject({
      version: 5,
      numOfAddFiles: 5,
    })
  })

  it('carries everything: rows, settings, transactions, statistics', async () => {
    const before = await table.snapshot()
    cleanUp()
    await afresh(async (same) => {
      const after = await same.snapshot()
      expect({ ...after, files: new Set(after.files) }).toEqual({
        ...before,
        files: new Set(before.files),
      })
      expect(await rowsOf(bench, same)).toEqual(allRows)
      expect((await same.snapshot({ version: 5 })).transactions.get('job')).toBe(5)
      await expect(same.snapshot({ version: 4 })).rejects.toMatchObject({
        code: 'DELTA_VERSION_NOT_FOUND',
      })
    })
  })

  it('is written on top of a cleaned log as well', async () => {
    cleanUp()
    await afresh(async (same) => {
      for (let i = 7; i <= 10; i++)
        await same.append(bench.connection, `SELECT ${i} AS id`, written)
      await same.delete(bench.connection, { where: 'id < 9' }, written)
    })
    expect(readdirSync(log())).toContain('00000000000000000010.checkpoint.parquet')
    await afresh(async (same) =>
      expect(await rowsOf(bench, same)).toEqual([
        ['9', null],
        ['10', null],
      ]),
    )
  })

  it('in several parts is read when all parts are there', async () => {
    const whole = join(log(), checkpoint)
    const part = (n: number) =>
      join(log(), `00000000000000000005.checkpoint.000000000${n}.0000000002.parquet`)
    await bench.connection.run(
      `COPY (SELECT * FROM '${whole}' WHERE add IS NULL) TO '${part(1)}' (FORMAT parquet)`,
    )
    await bench.connection.run(
      `COPY (SELECT * FROM '${whole}' WHERE add IS NOT NULL) TO '${part(2)}' (FORMAT parquet)`,
    )
    rmSync(whole)
    cleanUp()
    await afresh(async (same) => expect(await rowsOf(bench, same)).toEqual(allRows))
    rmSync(part(2))
    await afresh((same) =>
      expect(same.snapshot()).rejects.toMatchObject({ code: 'DELTA_VERSIONS_NOT_CONTIGUOUS' }),
    )
  })

  it.each(['json', 'parquet'])('of version 2 with sidecars is read: %s', async (format) => {
    const whole = join(log(), checkpoint)
    mkdirSync(join(log(), '_sidecars'))
    const sidecar = '016ae953-37a9-438e-8683-9a9a4a79a395.parquet'
    await bench.connection.run(
      `COPY (SELECT add, remove FROM '${whole}' WHERE add IS NOT NULL OR remove IS NOT NULL) TO '${join(log(), '_sidecars', sidecar)}' (FORMAT parquet)`,
    )
    const manifest = join(
      log(),
      `00000000000000000005.checkpoint.80a083e8-7026-4e79-81be-64bd76c43a11`,
    )
    if (format === 'json') {
      const kept = await bench.connection.runAndReadAll(
        `SELECT json_object('protocol', protocol)::VARCHAR FROM '${whole}' WHERE protocol IS NOT NULL
         UNION ALL SELECT json_object('metaData', metaData)::VARCHAR FROM '${whole}' WHERE metaData IS NOT NULL`,
      )
      const lines = [
        ...kept.getRowsJson().flat(),
        JSON.stringify({ checkpointMetadata: { version: 5 } }),
        JSON.stringify({ sidecar: { path: sidecar, sizeInBytes: 1, modificationTime: 1 } }),
      ]
      writeFileSync(`${manifest}.json`, lines.join('\n'))
    } else {
      await bench.connection.run(
        `COPY (SELECT protocol, metaData, txn, NULL::STRUCT(path VARCHAR, sizeInBytes BIGINT) AS sidecar FROM '${whole}' WHERE add IS NULL AND remove IS NULL
          UNION ALL SELECT NULL, NULL, NULL, {'path': '${sidecar}', 'sizeInBytes': 1}) TO '${manifest}.parquet' (FORMAT parquet)`,
      )
    }
    rmSync(whole)
    cleanUp()
    await afresh(async (same) => expect(await rowsOf(bench, same)).toEqual(allRows))
  })
})
