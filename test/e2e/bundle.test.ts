import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from '@jest/globals'
import { entryOf, type Job, nodeTasks } from '../bundle/a-bundle.ts'
import { bundleIn } from '../support/bundle-schema.ts'
import { isLong } from '../support/long.ts'
import { bundle } from '../support/processes.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

it('starts jobs that the one file has, by a launcher that travels beside it', () => {
  const { jobs } = bundleIn(root).resources as { readonly jobs: Readonly<Record<string, Job>> }
  const tasks = Object.values(jobs).flatMap(nodeTasks)
  const known = spawnSync(process.execPath, [bundle('job.mjs'), 'nobody'], { encoding: 'utf8' })
  expect(known.status).toBe(2)
  expect(tasks.length).toBeGreaterThan(0)
  for (const task of tasks) {
    const file = task.spark_python_task?.python_file.replace('${workspace.file_path}', root)
    expect(existsSync(file ?? '')).toBe(true)
    expect(known.stderr).toMatch(new RegExp(`[ ,]${entryOf(task)}(,|\\n)`))
  }
})

it('carries no stand-in and no path of the machine that built it', () => {
  const text = readFileSync(bundle('job.mjs'), 'utf8')
  expect(text).not.toContain(root)
  expect(text).not.toMatch(/DuckDBInstance|from"@duckdb|duckdb\.node/)
})

const longIt = isLong ? it : it.skip
longIt('is made anew byte for byte', () => {
  const out = mkdtempSync(join(tmpdir(), 'build-'))
  const words = ['scripts/build.js', '--quiet', `--out=${out}`]
  expect(spawnSync(process.execPath, words, { cwd: root }).status).toBe(0)
  for (const file of ['job.mjs', 'launcher.py'])
    expect(readFileSync(join(out, file)).equals(readFileSync(bundle(file)))).toBe(true)
  rmSync(out, { recursive: true })
})
