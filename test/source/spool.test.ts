import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { Int32, RecordBatchStreamWriter, Schema, Table, vectorFromArray } from 'apache-arrow'
import { SourceError } from '../../src/core/index.ts'
import { spool } from '../../src/source/index.ts'
import type { ArrowPage } from '../../src/warehouse/index.ts'

let folder: string
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'spool-test-')), 'spool')
})
afterEach(() => {
  rmSync(join(folder, '..'), { recursive: true, force: true })
})

function page(...values: number[]): ArrowPage {
  const table = new Table({ n: vectorFromArray(values, new Int32()) })
  const bytes = RecordBatchStreamWriter.writeAll(table).toUint8Array(true)
  // In pieces, as a driver hands pages on.
  const cut = Math.floor(bytes.length / 3)
  return { messages: [bytes.subarray(0, cut), bytes.subarray(cut)], rows: values.length }
}

const onlySchema = (): ArrowPage => {
  const { schema } = new Table({ n: vectorFromArray([1], new Int32()) })
  const bytes = RecordBatchStreamWriter.writeAll(new Table(new Schema(schema.fields))).toUint8Array(
    true,
  )
  return { messages: [bytes], rows: 0 }
}

async function* pages(...all: ArrowPage[]) {
  yield* all
}

const options = (limitBytes = 1_000_000) => ({ folder, limitBytes })

async function valuesOf(spooled: Awaited<ReturnType<typeof spool>>): Promise<number[]> {
  const values: number[] = []
  for await (const batch of spooled.batches())
    values.push(...(batch.getChildAt(0)?.toArray() ?? []))
  return values
}

describe('a spool', () => {
  it('gives back every row in order, as often as asked', async () => {
    const seen: number[] = []
    const spooled = await spool(pages(onlySchema(), page(1, 2), page(3)), 'w', options(), (rows) =>
      seen.push(rows),
    )
    expect(spooled.rows).toBe(3)
    expect(seen).toEqual([0, 2, 3])
    expect(await valuesOf(spooled)).toEqual([1, 2, 3])
    expect(await valuesOf(spooled)).toEqual([1, 2, 3])
  })

  it('of no rows still knows its columns', async () => {
    const spooled = await spool(pages(onlySchema()), 'w', options())
    expect(spooled.schema.fields.map(({ name }) => name)).toEqual(['n'])
    expect(await valuesOf(spooled)).toEqual([])
  })

  it('is readable by this user alone, and gone when it is removed', async () => {
    const spooled = await spool(pages(page(1)), 'w', options())
    const [name] = readdirSync(folder)
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    expect(statSync(join(folder, name ?? '')).mode & 0o777).toBe(0o600)
    spooled.remove()
    expect(readdirSync(folder)).toEqual([])
  })

  it('over its limit ends with SPOOL_FULL and leaves nothing behind', async () => {
    const work = spool(pages(page(1), page(2)), 'w', options(300))
    await expect(work).rejects.toMatchObject({ code: 'SPOOL_FULL', exitCode: 3 })
    expect(readdirSync(folder)).toEqual([])
  })

  it('on a disk that takes no more names the folder', async () => {
    mkdirSync(join(folder, '..'), { recursive: true })
    writeFileSync(folder, 'a file where the folder should be')
    await expect(spool(pages(page(1)), 'w', options())).rejects.toMatchObject({
      code: 'SPOOL_FULL',
      message: expect.stringContaining(folder),
    })
  })

  it('of a read that breaks off leaves nothing behind and passes the error on', async () => {
    const broken = new SourceError('READ_BROKEN', 'broken', { disposition: 'retry' })
    async function* breaking() {
      yield page(1)
      throw broken
    }
    await expect(spool(breaking(), 'w', options())).rejects.toBe(broken)
    expect(readdirSync(folder)).toEqual([])
  })

  it('sweeps away what dead processes left, and nothing of the living', async () => {
    mkdirSync(folder, { recursive: true })
    const dead = Number(execFileSync(process.execPath, ['-p', 'process.pid'], { encoding: 'utf8' }))
    const files = {
      dead: `w-${dead}-1.arrows`,
      living: `w-${process.pid}-1.arrows`,
      old: `w-${process.pid}-2.arrows`,
      foreign: 'notes.txt',
    }
    for (const name of Object.values(files)) writeFileSync(join(folder, name), '')
    const longAgo = Date.now() / 1000 - 2 * 86_400
    utimesSync(join(folder, files.old), longAgo, longAgo)
    ;(await spool(pages(page(1)), 'w', options())).remove()
    expect(readdirSync(folder).sort()).toEqual([files.foreign, files.living].sort())
    expect(existsSync(join(folder, files.dead))).toBe(false)
  })
})
