import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { loadProject } from '../../src/config/index.ts'
import { InvalidFiles, isError } from '../../src/core/index.ts'

/** A project folder with these files. */
export function aProject(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'project-'))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), text)
  }
  return root
}

/** The smallest customerio.yml that will do. */
export const aProjectFile = `vars: { catalog: main, control: main.customerio }
destinations:
  us: { region: us, key: secret://customerio/us }
`

/** The smallest sync file that will do, with `lines` after it. */
export function aSyncFile(name = 'customers', lines = ''): string {
  return `sync: ${name}
source: { table: "\${catalog}.gold.customers", key: id, changes: full }
send:
  call: identify
  person: { id: id }
  traits: { name: full_name }
${lines}`
}

/** The message of what `work` throws; fails when it does not. */
export function messageOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (isError(error)) return error.message
    throw error
  }
  throw new Error('nothing was thrown')
}

/** What loading a project of these files complains about, as `code file:line:column`. */
export function codesIn(files: Readonly<Record<string, string>>): string[] {
  try {
    loadProject(aProject({ 'customerio.yml': aProjectFile, ...files }))
  } catch (error) {
    if (error instanceof InvalidFiles) {
      return error.problems.map((p) => `${p.code} ${p.file}:${p.line}:${p.column}`)
    }
    throw error
  }
  return []
}
