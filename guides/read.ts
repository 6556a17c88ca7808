import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Guide, parseGuide } from './parse.ts'

/** All guides of a package, by number. */
export function readGuides(root: string): Guide[] {
  const folder = join(root, 'docs/guides')
  return readdirSync(folder)
    .filter((name) => /^\d\d-.*\.md$/.test(name))
    .sort()
    .map((name) => parseGuide(`docs/guides/${name}`, readFileSync(join(folder, name), 'utf8')))
}
