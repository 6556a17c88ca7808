import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { build } from 'esbuild'
import { publint } from 'publint'
import { aWorkspace, writeKey } from '../client/a-workspace.ts'
import { aConsumer, type Consumer } from '../support/library.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
/** All that the library loads, and the types of Node. */
const needed = ['undici', 'zod', 'bottleneck', '@types/node', 'undici-types']

let consumer: Consumer
beforeAll(() => {
  consumer = aConsumer(needed)
})
afterAll(() => consumer.close())

/** The files that end up in a bundle of `code`. */
async function filesOf(code: string): Promise<string[]> {
  consumer.write('entry.js', code)
  const { metafile } = await build({
    entryPoints: [join(consumer.folder, 'entry.js')],
    absWorkingDir: consumer.folder,
    bundle: true,
    platform: 'node',
    format: 'esm',
    write: false,
    metafile: true,
    preserveSymlinks: true,
  })
  return Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.keys(inputs).filter((file) => (inputs[file]?.bytesInOutput ?? 0) > 0),
  )
}

describe('the packed package', () => {
  it('is what Node, TypeScript and bundlers expect of one', async () => {
    const { messages } = await publint({ pkgDir: consumer.packed, pack: false })
    expect(messages).toEqual([])
  })

  it('brings a bundle that imports one name nothing of the HTTP client and the schemas', async () => {
    const files = await filesOf("import { limits } from 'customerio-jobs'\nconsole.log(limits)\n")
    expect(files.filter((file) => file.includes('node_modules'))).toEqual([
      'node_modules/customerio-jobs/dist/library/customerio/limits.js',
    ])
  })

  it('brings nothing of Databricks, the command line or the twin', async () => {
    const files = await filesOf("import * as all from 'customerio-jobs'\nconsole.log(all)\n")
    const packages = files.map((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1])
    expect(new Set(packages)).toEqual(
      new Set([undefined, 'customerio-jobs', 'undici', 'zod', 'bottleneck']),
    )
    const rooms = files.map((file) => /dist\/library\/(\w+)\//.exec(file)?.[1])
    expect(new Set(rooms)).toEqual(new Set([undefined, 'client', 'core', 'customerio', 'delivery']))
  })
})

describe('docs/library.md', () => {
  const page = readFileSync(`${root}/docs/library.md`, 'utf8')
  const program = [...page.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code).join('\n')

  it('names everything that the package exports', async () => {
    const names = Object.keys(await import(join(consumer.packed, 'dist/library/index.js')))
    expect(names.length).toBeGreaterThan(10)
    expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([])
  })

  it('holds a program that the published declarations allow', () => {
    consumer.write('story.ts', program)
    const compilerOptions = {
      target: 'ES2023',
      module: 'NodeNext',
      types: ['node'],
      strict: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
    }
    consumer.write('tsconfig.json', JSON.stringify({ compilerOptions, files: ['story.ts'] }))
    const words = [`${root}/node_modules/typescript/bin/tsc`, '-p', consumer.folder]
    const { stdout, status } = spawnSync(process.execPath, words, { encoding: 'utf8' })
    expect(stdout).toBe('')
    expect(status).toBe(0)
  })

  it('holds a program that does what the page says', async () => {
    const workspace = await aWorkspace({ region: 'eu' })
    consumer.write('story.js', program.replaceAll("region: 'eu',", '$& url: process.env.URL,'))
    const env = { ...process.env, CUSTOMERIO_KEY: writeKey, URL: workspace.options.url }
    const child = spawn(process.execPath, ['story.js'], { cwd: consumer.folder, env })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += text))
    const [code] = await once(child, 'exit')
    const { store } = workspace
    await workspace.close()
    expect(said.split('\n')).toEqual([
      expect.stringMatching(/^[0-9A-Z]{26} rejected message_invalid .*context\.ip must be text/),
      expect.stringMatching(/^MESSAGE_INVALID .*traits\.bio is larger than 1000 bytes/),
      '',
    ])
    expect(code).toBe(0)
    expect(store.events().map(({ name }) => name)).toEqual(
      expect.arrayContaining(['Pricing', 'Signed In']),
    )
    expect(store.people('eu').map(({ id }) => id)).toContain('8')
    expect(store.reports()).toHaveLength(1)
    expect(store.requests().every(({ strict }) => strict)).toBe(true)
  })
})
