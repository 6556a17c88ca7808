import { mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { putCommit } from '../../../src/twin/delta/commit-file.ts'
import { fromFileTime } from '../../../src/twin/delta/file-times.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'delta-times-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('the time of a commit file', () => {
  it('is its commit’s millisecond for readers that cut and for ours', async () => {
    const first = Date.parse('2026-03-04T05:06:07.600Z')
    const times = Array.from({ length: 200 }, (_, i) => first + i)
    for (const [version, time] of times.entries()) await putCommit(folder, version, [], time)
    const files = times.map((_, i) => join(folder, `${String(i).padStart(20, '0')}.json`))
    const cut = (ns: bigint) => Number(ns / 1_000_000n)
    expect(files.map((file) => cut(statSync(file, { bigint: true }).mtimeNs))).toEqual(times)
    expect(files.map((file) => fromFileTime(statSync(file)))).toEqual(times)
  })

  it('is cut to milliseconds where another engine wrote the file', () => {
    const file = join(folder, 'commit.json')
    writeFileSync(file, '')
    utimesSync(file, 1_700_000_000.1239, 1_700_000_000.1239)
    expect(fromFileTime(statSync(file))).toBe(1_700_000_000_123)
  })
})
