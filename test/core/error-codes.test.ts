import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from '@jest/globals'

/** Every file of the product; the twin words its errors as the services do, see docs/twin.md. */
function sources(folder = 'src'): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return entry.name === 'twin' ? [] : sources(path)
    return [readFileSync(path, 'utf8')]
  })
}

it('explains every error code of the product in docs/errors.md', () => {
  const codes = sources().flatMap((text) =>
    [...text.matchAll(/new (?:\w+Error|TooManyFailed)\(\s*'([A-Z]+_[A-Z_]+)'/g)].map(
      ([, code]) => code,
    ),
  )
  expect(codes.length).toBeGreaterThan(40)
  const page = readFileSync('docs/errors.md', 'utf8')
  expect([...new Set(codes)].filter((code) => !page.includes(`\`${code}\``))).toEqual([])
})
