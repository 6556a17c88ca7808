import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from '@jest/globals'
import { build } from 'esbuild'
import { systemClock } from '../../../src/core/index.ts'
import { column, dataFiles, named, openBench, rowsOf } from './support.ts'

const run = promisify(execFile)

describe('several processes', () => {
  it('append to one table at once and lose nothing; a shared transaction lands once', async () => {
    const processes = 4
    const appends = 30
    const bench = await openBench(systemClock)
    // Inside the package, so that the bundle finds DuckDB.
    const out = mkdtempSync(join(import.meta.dirname, '.bundle-'))
    try {
      const bundle = join(out, 'child.mjs')
      await build({
        entryPoints: [join(import.meta.dirname, 'process.child.ts')],
        outfile: bundle,
        bundle: true,
        platform: 'node',
        format: 'esm',
        packages: 'external',
        logLevel: 'error',
      })
      const columns = [column('worker', 'INT'), column('i', 'INT')]
      const table = await bench.lake.createTable(named('t'), { columns })
      const workers = Array.from({ length: processes }, (_, worker) =>
        run(process.execPath, [bundle, bench.lake.folder, String(worker), String(appends)]),
      )
      await Promise.all(workers)
      const expected = [[-1, -1]]
      for (let worker = 0; worker < processes; worker++) {
        for (let i = 0; i < appends; i++) expected.push([worker, i])
      }
      expect(await rowsOf(bench, table)).toEqual(expected)
      const snapshot = await table.snapshot()
      expect(snapshot.version).toBe(processes * appends + 1)
      expect(dataFiles(table)).toEqual(snapshot.files.map(({ path }) => path).sort())
    } finally {
      rmSync(out, { recursive: true, force: true })
      bench.close()
    }
  })
})
