import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { RecordBatchReader } from 'apache-arrow'
import { decompressFrameSync } from 'lz4-napi'
import { DoorRig } from './door-rig.ts'
import type { Reply } from './thrift-client.ts'

const minuteMs = 60_000

let rig: DoorRig
beforeEach(async () => {
  rig = await DoorRig.start()
})
afterEach(() => rig.close())

describe('result links', () => {
  const download = (link: string, fault?: string) => {
    const { pathname, searchParams } = new URL(link)
    const request = {
      method: 'GET',
      path: pathname,
      query: searchParams,
      headers: {},
      body: Buffer.alloc(0),
    }
    return rig.door.handle({ ...request, ...(fault === undefined ? {} : { fault }) })
  }

  const links = async (fault?: string) => {
    const { operationHandle } = await rig.execute(await rig.open(), 'FROM range(8000)', {
      canDownloadResult: true,
    })
    await rig.ended(operationHandle)
    const found: Reply[] = []
    for (let more = true; more; ) {
      const reply = await rig.fetchNext(operationHandle, 100_000, fault)
      more = reply.hasMoreRows
      found.push(...reply.results.resultLinks)
    }
    return { operationHandle, found }
  }

  it('cover the result in files, each downloaded as often as wanted', async () => {
    const { found } = await links()
    expect(found.map((l) => [l.startRowOffset, l.rowCount])).toEqual([
      [0, 3000],
      [3000, 3000],
      [6000, 2000],
    ])
    for (const link of [...found, ...found]) {
      const response = await download(link.fileLink)
      expect(response.status).toBe(200)
      expect((response.body as Buffer).length).toBe(link.bytesNum)
    }
  })

  it('serve whole files as one LZ4 frame to clients that read it', async () => {
    const { operationHandle } = await rig.execute(await rig.open(), 'FROM range(8000)', {
      canDownloadResult: true,
      canDecompressLZ4Result: true,
    })
    await rig.ended(operationHandle)
    const metadata = await rig.call('GetResultSetMetadata', { operationHandle })
    expect([metadata.resultFormat, metadata.lz4Compressed]).toEqual([3, true])
    const [link] = (await rig.fetchNext(operationHandle)).results.resultLinks
    const response = await download(link.fileLink)
    const batches = [...RecordBatchReader.from(decompressFrameSync(response.body as Buffer))]
    expect(batches.map((batch) => batch.numRows)).toEqual([1000, 1000, 1000])
    expect(batches[2]?.getChildAt(0)?.get(999)).toBe(2999n)
  })

  it('are refused once expired, with another signature, or for another file', async () => {
    const { found } = await links()
    const link: string = found[0].fileLink
    expect((await download(link.replace(/\/0\?/, '/1?'))).status).toBe(403)
    expect((await download(link.replace(/expires=\d+/, 'expires=9999999999999'))).status).toBe(403)
    expect((await download(link.slice(0, -1))).status).toBe(403)
    expect((await download(link, 'expire-link')).status).toBe(403)
    rig.clock.move(15 * minuteMs)
    expect((await download(link)).status).toBe(403)
  })

  it('are handed out already expired by fault', async () => {
    const { found } = await links('expire-link')
    expect(found[0].expiryTime).toBeLessThan(rig.clock.now())
    expect((await download(found[0].fileLink)).status).toBe(403)
  })

  it('end with their operation', async () => {
    const { operationHandle, found } = await links()
    await rig.call('CloseOperation', { operationHandle })
    expect((await download(found[0].fileLink)).status).toBe(404)
  })

  it('are for large results only', async () => {
    const { operationHandle } = await rig.execute(await rig.open(), 'FROM range(2000)', {
      canDownloadResult: true,
    })
    await rig.ended(operationHandle)
    expect((await rig.fetchNext(operationHandle)).results.arrowBatches[0].rowCount).toBe(1000)
  })
})
