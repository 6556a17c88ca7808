import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import {
  differenceText,
  type Ends,
  type Guide,
  openEnds,
  parseGuide,
  readGuides,
  runStep,
} from '../../guides/index.ts'
import { bundle, startWorld, type World } from '../support/processes.ts'
import { type Shell, startShell } from '../support/shell.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const guides = readGuides(root)
/** A page is a dozen runs, in ms, on a machine that has other things to do. */
const aWhile = 240_000

let world: World
let shell: Shell
let ends: Ends
beforeAll(async () => {
  world = await startWorld()
  shell = await startShell(world.environment)
  ends = {
    ...openEnds(world.environment, root),
    command: (project, words) => shell.command([...words, '--project', project]),
  }
})
afterAll(async () => {
  await shell?.close()
  await ends?.close()
  await world?.close()
})

/** Does every step of a page; where it does not say what happens, and what happened. */
async function differencesOf(guide: Guide): Promise<string[]> {
  const project = mkdtempSync(join(world.folder, 'guide-'))
  for (const step of guide.steps) {
    const result = await runStep(ends, project, step)
    if (result.difference !== undefined) return [differenceText(guide, result)]
  }
  return []
}

describe('every guide', () => {
  it('is found, by its number', () => {
    const files = readdirSync(join(root, 'docs/guides')).sort()
    expect(guides.map(({ file }) => file)).toEqual(files.map((name) => `docs/guides/${name}`))
    expect(guides.map(({ number }) => Number(number))).toEqual(guides.map((_, at) => at))
  })

  it.each(guides.map((guide) => [guide.file, guide] as const))(
    '%s says what happens',
    async (_, guide) => {
      expect(guide.steps.length).toBeGreaterThan(3)
      expect(await differencesOf(guide)).toEqual([])
    },
    aWhile,
  )
})

describe('the programs of the guides', () => {
  it('are allowed by the published declarations', () => {
    // Inside of the package, where its own name leads to what was built.
    const folder = mkdtempSync(join(root, 'dist/programs-'))
    const programs = guides.flatMap(({ number, steps }) =>
      steps
        .filter(({ kind }) => kind === 'ts')
        .map(({ line, text }) => ({ name: `${number}-${line}.ts`, text })),
    )
    expect(programs.length).toBeGreaterThan(0)
    for (const { name, text } of programs) writeFileSync(join(folder, name), text)
    const words = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--skipLibCheck']
    const { status, stdout } = spawnSync(
      process.execPath,
      [
        join(root, 'node_modules/typescript/bin/tsc'),
        ...['--module', 'NodeNext', '--target', 'ES2023', '--types', 'node', '--ignoreConfig'],
        ...words,
        ...programs.map(({ name }) => join(folder, name)),
      ],
      { cwd: root, encoding: 'utf8' },
    )
    rmSync(folder, { recursive: true })
    expect([status, stdout]).toEqual([0, ''])
  })
})

describe('docs/outbox.md', () => {
  it(
    'holds rows that are delivered, all of them',
    async () => {
      const page = parseGuide('docs/outbox.md', readFileSync(join(root, 'docs/outbox.md'), 'utf8'))
      expect(await differencesOf(page)).toEqual([])
    },
    aWhile,
  )
})

describe('customerio-jobs guide', () => {
  const command = (...words: string[]) =>
    spawnSync(process.execPath, [bundle('customerio-jobs.mjs'), 'guide', ...words], {
      encoding: 'utf8',
      env: { ...process.env, TMPDIR: world.folder },
    })

  it('lists the guides with a line each', () => {
    const { status, stdout } = command()
    expect([status, stdout.trim().split('\n').length]).toEqual([0, guides.length])
  })

  it(
    'walks through one on a twin of its own and leaves nothing',
    () => {
      const before = readdirSync(world.folder)
      const { status, stdout, stderr } = command('3', '--yes')
      expect([status, stderr]).toEqual([0, ''])
      expect(stdout).toContain('That was all.')
      expect(readdirSync(world.folder)).toEqual(before)
    },
    aWhile,
  )

  it('ends with 2 for a guide that is not there', () => {
    expect(command('77').status).toBe(2)
  })
})
