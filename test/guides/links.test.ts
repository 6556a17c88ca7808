import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from '@jest/globals'

/** Every page that is written by hand or made, for people. */
const pages = [
  ...readdirSync('.').filter((name) => name.endsWith('.md')),
  ...readdirSync('docs', { recursive: true })
    .map((name) => join('docs', String(name)))
    .filter((name) => name.endsWith('.md')),
]

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(page: string): string[] {
  const text = readFileSync(page, 'utf8').replaceAll(/^```.*?^```/gms, '')
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-'),
  )
}

/** The links of a page that lead nowhere. */
function deadLinksOf(page: string): string[] {
  const text = readFileSync(page, 'utf8').replaceAll(/^```.*?^```/gms, '')
  const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link)
  return links
    .filter((link) => !/^[a-z]+:/.test(link))
    .filter((link) => {
      const [path = '', anchor] = link.split('#')
      const target = path === '' ? page : join(dirname(page), path)
      if (!existsSync(target)) return true
      if (anchor === undefined) return false
      return statSync(target).isDirectory() || !anchorsOf(target).includes(anchor)
    })
    .map((link) => `${page} ${link}`)
}

describe('every page', () => {
  it('links only to what is there', () => {
    expect(pages.length).toBeGreaterThan(30)
    expect(pages.flatMap(deadLinksOf)).toEqual([])
  })

  it('names only commands that are there', () => {
    const commands = readdirSync('src/cli')
      .map((name) => readFileSync(join('src/cli', name), 'utf8'))
      .flatMap((text) => [...text.matchAll(/^ {2}command: '(\w+)/gm)].map(([, name]) => name))
    expect(commands.length).toBeGreaterThan(15)
    const named = pages.flatMap((page) =>
      [...readFileSync(page, 'utf8').matchAll(/(?:`|^)customerio-jobs (\w+)/gm)].map(
        ([, name]) => name,
      ),
    )
    expect(named.length).toBeGreaterThan(100)
    expect([...new Set(named)].filter((name) => !commands.includes(name))).toEqual([])
  })
})
