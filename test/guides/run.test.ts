import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { differenceText, type Ended, type Ends, parseGuide, runStep } from '../../guides/index.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'guide-run-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

interface Answers {
  readonly rows?: readonly Record<string, unknown>[]
  readonly ended?: Partial<Ended>
}

/** What the last step of a page comes to, where both ends answer so. */
async function differenceOf(page: string, { rows = [], ended = {} }: Answers = {}) {
  const asked: unknown[] = []
  const end = { code: 0, stdout: '', stderr: '', ...ended }
  const ends: Ends = {
    query: async (sql) => {
      asked.push(sql.trim())
      return [...rows]
    },
    command: async (_, words) => {
      asked.push(words)
      return end
    },
    program: async () => end,
    close: async () => {},
  }
  const guide = parseGuide('g.md', `# G\n\n${page}`)
  let text = ''
  for (const step of guide.steps) text = differenceText(guide, await runStep(ends, folder, step))
  return { text, asked }
}

const sql = (promise: string) => `\`\`\`sql\nSELECT 1\n\`\`\`\n\n\`\`\`text\n${promise}\n\`\`\`\n`
const sh = (line: string, promise = '…') =>
  `\`\`\`sh\n${line}\n\`\`\`\n\n\`\`\`text\n${promise}\n\`\`\`\n`
const rows = [
  { name: 'ada', at: new Date('2026-03-01T09:00:00Z'), n: 1, more: { a: 1 } },
  { name: 'ben', at: null, n: 2.5, more: null },
]

describe('a file step', () => {
  it('writes the file, folders and all', async () => {
    await differenceOf('```sql syncs/deep/a.sql\nSELECT 7\n```\n')
    expect(readFileSync(join(folder, 'syncs/deep/a.sql'), 'utf8')).toBe('SELECT 7\n')
  })
})

describe('a table that a page promises', () => {
  const table =
    'name | at | n | more\nada | 2026-03-01 09:00:00 | 1 | {"a":1}\nben | NULL | 2.5 | NULL'

  it('is compared cell by cell, and … is anything', async () => {
    expect((await differenceOf(sql(table), { rows })).text).toBe('')
    expect(
      (await differenceOf(sql('name | at | n | more\n…\nben | … | 2… | …'), { rows })).text,
    ).toBe('')
    expect((await differenceOf(sql('name | at | n | more\n…'), { rows })).text).toBe('')
  })

  it.each([
    ['another value', table.replace('ben', 'bert'), 'g.md:10 the result has no such row here'],
    ['a row more', `${table}\ncem | NULL | 3 | NULL`, 'g.md:11 '],
    ['a row less', table.replace(/\nben.*/, ''), 'g.md:10 the result goes on'],
    ['another column', table.replace('name', 'title'), 'g.md:8 '],
    ['less columns', 'name\nada\nben', 'g.md:8 '],
  ])('with %s is told with its line', async (_, promise, told) => {
    expect((await differenceOf(sql(promise), { rows })).text).toContain(told)
  })

  it('is that of the last statement with rows', async () => {
    const { asked } = await differenceOf("```sql\nSELECT 1;\nSELECT ';';\n```\n")
    expect(asked).toEqual(['SELECT 1', "SELECT ';'"])
  })
})

describe('statements that the warehouse refuses', () => {
  it('are told with their line', async () => {
    const guide = parseGuide('g.md', '# G\n\n```sql\nSELEC 1\n```\n')
    const ends: Ends = {
      query: async () => {
        throw new Error('PARSE_SYNTAX_ERROR')
      },
      command: () => Promise.reject(new Error('not asked')),
      program: () => Promise.reject(new Error('not asked')),
      close: async () => {},
    }
    const [step] = guide.steps
    if (step === undefined) throw new Error('there is no step')
    const text = differenceText(guide, await runStep(ends, folder, step))
    expect(text).toMatch(/^g\.md:4 .*PARSE_SYNTAX_ERROR$/s)
  })
})

describe('a command', () => {
  const stdout = 'first  line\nsecond line with 17 rows\n'

  it('is given its words, quotes taken off', async () => {
    const { asked } = await differenceOf(
      sh(`customerio-jobs hold a --why "wrong prices" --x 'y z'`),
    )
    expect(asked).toEqual([['hold', 'a', '--why', 'wrong prices', '--x', 'y z']])
  })

  it('must say all lines in their order; others may stand between', async () => {
    const said = { ended: { stdout } }
    const page = (promise: string) => sh('customerio-jobs list', promise)
    expect((await differenceOf(page('first line\nsecond … 17 …'), said)).text).toBe('')
    expect((await differenceOf(page('second line …'), said)).text).toBe('')
    expect((await differenceOf(page('second …\nfirst line'), said)).text).toContain('g.md:9 ')
    expect((await differenceOf(page('second … 18 rows'), said)).text).toContain('nothing says')
  })

  it('must end as the page says', async () => {
    const ended = { code: 2, stderr: 'error FILE_WRONG\n2026-01-01T00:00:00.000Z info  noise\n' }
    expect((await differenceOf(sh('customerio-jobs run a'), { ended })).text).toContain(
      'g.md:4 it ended with exit code 2',
    )
    const page = sh('customerio-jobs run a   # exit code 2', 'error FILE_WRONG')
    expect((await differenceOf(page, { ended })).text).toBe('')
  })

  it('of another program is refused', async () => {
    expect((await differenceOf(sh('rm -r x'))).text).toContain('begins with customerio-jobs')
  })
})
