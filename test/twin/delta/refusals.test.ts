import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { DeltaError, type DeltaTable } from '../../../src/twin/delta/index.ts'
import { type Bench, column, named, openBench, written } from './support.ts'

let bench: Bench
let made = 0
beforeEach(async () => {
  bench = await openBench()
})
afterEach(() => bench.close())

interface Parts {
  readonly protocol?: object
  readonly configuration?: object
  readonly fields?: object[]
  readonly partitionColumns?: string[]
  readonly schemaString?: string
  readonly more?: object[]
}

/** A table as another writer could have left it. */
function foreign(parts: Parts, commits?: Record<number, string>): DeltaTable {
  const name = named(`f${made++}`)
  const folder = join(bench.lake.folder, 'tables', 'main', 's', name.table, '_delta_log')
  mkdirSync(folder, { recursive: true })
  const fields = parts.fields ?? [{ name: 'id', type: 'integer', nullable: true, metadata: {} }]
  const actions = [
    { protocol: parts.protocol ?? { minReaderVersion: 1, minWriterVersion: 2 } },
    {
      metaData: {
        id: 'x',
        format: { provider: 'parquet', options: {} },
        schemaString: parts.schemaString ?? JSON.stringify({ type: 'struct', fields }),
        partitionColumns: parts.partitionColumns ?? [],
        configuration: parts.configuration ?? {},
      },
    },
    ...(parts.more ?? []),
  ]
  const text = actions.map((action) => JSON.stringify(action)).join('\n')
  for (const [version, lines] of Object.entries(commits ?? { 0: text })) {
    writeFileSync(join(folder, `${version.padStart(20, '0')}.json`), lines)
  }
  return bench.lake.table(name)!
}

const features = (...readerFeatures: string[]) => ({
  minReaderVersion: 3,
  minWriterVersion: 7,
  readerFeatures,
  writerFeatures: readerFeatures,
})
const field = (type: unknown, metadata = {}) => [{ name: 'id', type, nullable: true, metadata }]
const file = {
  path: 'a.parquet',
  partitionValues: {},
  size: 1,
  modificationTime: 1,
  dataChange: true,
}
const vector = { storageType: 'u', pathOrInlineDv: 'ab', offset: 1, sizeInBytes: 1, cardinality: 1 }

describe('reading refuses, by name and with a remedy', () => {
  it.each<[string, Parts, RegExp]>([
    [
      'a reader version to come',
      { protocol: { minReaderVersion: 4, minWriterVersion: 7 } },
      /reader version 4.*Copy/,
    ],
    ['an unknown feature', { protocol: features('newThing') }, /table feature newThing.*Copy/],
    ['type widening', { protocol: features('typeWidening') }, /typeWidening.*DROP FEATURE/],
    ['variants', { protocol: features('variantType') }, /variantType.*STRING/],
    ['catalog-managed commits', { protocol: features('catalogManaged') }, /catalogManaged.*Copy/],
    [
      'column mapping',
      {
        protocol: { minReaderVersion: 2, minWriterVersion: 5 },
        configuration: { 'delta.columnMapping.mode': 'name' },
      },
      /column mapping.*AS SELECT/,
    ],
    [
      'deletion vectors in use',
      {
        protocol: features('deletionVectors'),
        more: [{ add: { ...file, deletionVector: vector } }],
      },
      /deletion vectors.*PURGE/,
    ],
    ['the type VARIANT', { fields: field('variant') }, /VARIANT.*STRING/],
    ['an unknown type', { fields: field('interval day') }, /INTERVAL DAY.*STRING/],
    [
      'other storage',
      { more: [{ add: { ...file, path: 's3://bucket/a.parquet' } }] },
      /outside.*AS SELECT/,
    ],
    [
      'an absolute path',
      { more: [{ add: { ...file, path: '/etc/a.parquet' } }] },
      /outside.*AS SELECT/,
    ],
    [
      'a path that climbs',
      { more: [{ add: { ...file, path: '%2e%2e/a.parquet' } }] },
      /outside.*AS SELECT/,
    ],
    ['an empty schema text', { schemaString: '' }, /no readable schema.*Copy/],
    ['a schema that is no struct', { schemaString: '"string"' }, /no readable schema.*Copy/],
  ])('%s', async (_, parts, message) => {
    const error = await foreign(parts)
      .snapshot()
      .catch((e: unknown) => e)
    expect(error).toBeInstanceOf(DeltaError)
    expect((error as DeltaError).message).toMatch(message)
  })

  it('a hole in the log', async () => {
    const table = foreign({}, { 0: '{"protocol":{}}', 2: '{}' })
    await expect(table.snapshot()).rejects.toMatchObject({ code: 'DELTA_VERSIONS_NOT_CONTIGUOUS' })
  })

  it('a log without protocol or metadata', async () => {
    await expect(foreign({}, { 0: '{"commitInfo":{}}' }).snapshot()).rejects.toThrow(
      /no protocol action/,
    )
    const protocol = '{"protocol":{"minReaderVersion":1,"minWriterVersion":2}}'
    await expect(foreign({}, { 0: protocol }).snapshot()).rejects.toThrow(/no metaData action/)
  })

  it('a line that is not JSON, by its number', async () => {
    const table = foreign({}, { 0: '{"commitInfo":{}}\n{"add":' })
    await expect(table.snapshot()).rejects.toMatchObject({
      code: 'DELTA_LOG_UNREADABLE',
      context: { line: 2 },
    })
  })
})

describe('reading accepts', () => {
  it.each<[string, Parts]>([
    [
      'the deletion vector feature while no file has one',
      { protocol: features('deletionVectors') },
    ],
    [
      'a file whose vector was purged',
      {
        protocol: features('deletionVectors'),
        more: [
          { add: { ...file, deletionVector: vector } },
          { remove: { ...file, deletionVector: vector } },
        ],
      },
    ],
    [
      'column mapping that is off',
      {
        protocol: features('columnMapping'),
        configuration: { 'delta.columnMapping.mode': 'none' },
      },
    ],
  ])('%s', async (_, parts) => {
    expect((await foreign(parts).snapshot()).files).toEqual([])
  })

  it('partition values from the log, never from the path, and encoded paths', async () => {
    const at = (path: string, p: string | null) => ({
      add: { ...file, path, partitionValues: { p } },
    })
    const fields = [...field('integer'), { name: 'p', type: 'date', nullable: true, metadata: {} }]
    const more = [at('p=1999-01-01/a%20b%25c.parquet', '2024-01-01'), at('z[1].parquet', null)]
    const table = foreign({ fields, partitionColumns: ['p'], more })
    mkdirSync(join(table.folder, 'p=1999-01-01'))
    for (const [i, path] of ['p=1999-01-01/a b%c.parquet', 'z[1].parquet'].entries()) {
      await bench.connection.run(
        `COPY (SELECT ${i} AS id) TO '${join(table.folder, path)}' (FORMAT parquet)`,
      )
    }
    expect(await bench.rows(table.scan(await table.snapshot()))).toEqual([
      [0, '2024-01-01'],
      [1, null],
    ])
    await expect(table.append(bench.connection, 'SELECT 1 AS id', written)).rejects.toThrow(
      /partitions/,
    )
  })
})

describe('writing refuses, by name,', () => {
  it.each<[string, Parts, RegExp]>([
    [
      'an unknown writer feature',
      { protocol: { minReaderVersion: 1, minWriterVersion: 7, writerFeatures: ['rowTracking'] } },
      /rowTracking/,
    ],
    [
      'a clustered table',
      {
        protocol: {
          minReaderVersion: 1,
          minWriterVersion: 7,
          writerFeatures: ['clustering', 'domainMetadata'],
        },
      },
      /clustering.*CLUSTER BY/,
    ],
    ['CHECK constraints', { configuration: { 'delta.constraints.c': 'id > 0' } }, /CHECK/],
    [
      'generated columns',
      { fields: field('integer', { 'delta.generationExpression': '1' }) },
      /generated/,
    ],
    ['identity columns', { fields: field('long', { 'delta.identity.start': 1 }) }, /identity/],
    ['column defaults', { fields: field('integer', { CURRENT_DEFAULT: '1' }) }, /defaults/],
    ['invariants', { fields: field('integer', { 'delta.invariants': '{}' }) }, /invariants/],
    [
      'in-commit timestamps',
      { configuration: { 'delta.enableInCommitTimestamps': 'true' } },
      /in-commit/,
    ],
  ])('%s, which it can read', async (_, parts, message) => {
    const table = foreign(parts)
    expect((await table.snapshot()).version).toBe(0)
    await expect(table.append(bench.connection, 'SELECT 1 AS id', written)).rejects.toThrow(message)
    await expect(table.setComment('x')).rejects.toThrow(message)
  })

  it.each([
    'delta.enableDeletionVectors',
    'delta.enableRowTracking',
    'delta.feature.x',
    'delta.constraints.c',
  ])('the property %s', async (property) => {
    const definition = { columns: [column('id', 'INT')], properties: { [property]: 'true' } }
    await expect(bench.lake.createTable(named('p'), definition)).rejects.toMatchObject({
      code: 'DELTA_UNSUPPORTED_FEATURES_FOR_WRITE',
      context: { property },
    })
  })

  it.each([
    ['a b', 'DELTA_INVALID_CHARACTERS_IN_COLUMN_NAMES'],
    ['', 'DELTA_INVALID_CHARACTERS_IN_COLUMN_NAMES'],
    ['file_row_number', 'DELTA_RESERVED_COLUMN_NAME'],
    ['ID', 'DELTA_DUPLICATE_COLUMNS_FOUND'],
  ])("the column name '%s'", async (name, code) => {
    const columns = [column('id', 'INT'), column(name, 'INT')]
    await expect(bench.lake.createTable(named('p'), { columns })).rejects.toMatchObject({ code })
  })
})
