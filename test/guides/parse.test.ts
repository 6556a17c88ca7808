import { describe, expect, it } from '@jest/globals'
import { parseGuide } from '../../guides/index.ts'

const page = `# 02 People

What you have
at the end.

More of it.

## First

Some words.
In two lines.

\`\`\`yaml syncs/a.yml
sync: a
\`\`\`

\`\`\`python
spark.sql("not run")
\`\`\`

\`\`\`sql
SELECT 1 AS one;

SELECT 2 AS two
\`\`\`

Not a step.

\`\`\`text
two
2
\`\`\`

\`\`\`text
for reading
\`\`\`
`
const guide = parseGuide('docs/guides/02-people.md', page)

describe('a page', () => {
  it('has its number, title and first paragraph', () => {
    expect(guide).toMatchObject({
      number: '02',
      title: '02 People',
      summary: 'What you have at the end.',
    })
  })

  it('has a step for each block that is written or run, with its place and the words before it', () => {
    expect(guide.steps).toMatchObject([
      { kind: 'file', path: 'syncs/a.yml', text: 'sync: a', line: 14, heading: 'First' },
      { kind: 'sql', text: 'SELECT 1 AS one;\n\nSELECT 2 AS two', line: 22, prose: '' },
    ])
    expect(guide.steps[0]?.prose).toBe('Some words. In two lines.')
  })

  it('promises what the first text block after a step says', () => {
    expect(guide.steps.map(({ promised }) => promised)).toEqual([
      undefined,
      { line: 30, lines: ['two', '2'] },
    ])
  })

  it('with a block that never ends is an error that says where', () => {
    expect(() => parseGuide('x.md', '# A\n\n```sql\nSELECT 1')).toThrow('x.md:3')
  })
})
