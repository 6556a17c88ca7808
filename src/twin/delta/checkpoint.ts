import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Action } from './actions.ts'
import { parseActions } from './commit-file.ts'
import type { Engine } from './engine.ts'
import { decodePath, fileLiteral } from './files.ts'
import { identifier, literal } from './names.ts'

/** A complete checkpoint of a version: one file, several parts, or a V2 manifest. */
export interface Checkpoint {
  readonly version: number
  readonly files: readonly string[]
}

/** The members of each action that mean something here; parsed statistics and the like are left in the file. */
const members: Readonly<Record<string, readonly string[]>> = {
  add: [
    'path',
    'partitionValues',
    'size',
    'modificationTime',
    'dataChange',
    'stats',
    'tags',
    'deletionVector',
  ],
  remove: [
    'path',
    'deletionTimestamp',
    'dataChange',
    'extendedFileMetadata',
    'partitionValues',
    'size',
    'deletionVector',
  ],
  metaData: [
    'id',
    'name',
    'description',
    'format',
    'schemaString',
    'partitionColumns',
    'configuration',
    'createdTime',
  ],
  protocol: ['minReaderVersion', 'minWriterVersion', 'readerFeatures', 'writerFeatures'],
  txn: ['appId', 'version', 'lastUpdated'],
  domainMetadata: ['domain', 'configuration', 'removed'],
  sidecar: ['path'],
}

/** The complete checkpoints among a log's file names, oldest first. `_last_checkpoint` is only a hint and not asked. */
export function findCheckpoints(names: readonly string[]): Checkpoint[] {
  const found: Checkpoint[] = []
  const parts = new Map<string, string[]>()
  for (const name of names) {
    const whole = /^(\d{20})\.checkpoint(\.[0-9a-f-]{36})?\.(parquet|json)$/.exec(name)
    if (whole) found.push({ version: Number(whole[1]), files: [name] })
    const part = /^(\d{20})\.checkpoint\.\d{10}\.(\d{10})\.parquet$/.exec(name)
    if (part) {
      const key = `${part[1]}/${part[2]}`
      parts.set(key, [...(parts.get(key) ?? []), name])
    }
  }
  for (const [key, files] of parts) {
    const [version, count] = key.split('/').map(Number)
    if (files.length === count) found.push({ version: version ?? 0, files: files.sort() })
  }
  return found.sort((a, b) => a.version - b.version)
}

/** All actions of a checkpoint, those in its sidecars too. */
export async function readCheckpoint(
  engine: Engine,
  logFolder: string,
  checkpoint: Checkpoint,
  table: string,
): Promise<Action[]> {
  const actions: Action[] = []
  for (const file of checkpoint.files) {
    const path = join(logFolder, file)
    actions.push(
      ...(file.endsWith('.json')
        ? parseActions(await readFile(path, 'utf8'), file, table)
        : await readParquet(engine, path, table)),
    )
  }
  const sidecars = actions.flatMap(({ sidecar }) => (sidecar ? [sidecar.path] : []))
  for (const path of sidecars) {
    const file = join(logFolder, '_sidecars', decodePath(path, table))
    actions.push(...(await readParquet(engine, file, table)))
  }
  return actions
}

async function readParquet(engine: Engine, path: string, table: string): Promise<Action[]> {
  const file = fileLiteral(path)
  const present = await membersIn(engine, file)
  const actions: Action[] = []
  for (const [action, names] of present) {
    const fields = names.map((n) => `${literal(n)}, ${identifier(action)}.${identifier(n)}`)
    const lines = await engine.column(
      `SELECT json_object(${literal(action)}, json_object(${fields.join(', ')}))
       FROM read_parquet(${file}) WHERE ${identifier(action)} IS NOT NULL`,
    )
    actions.push(...parseActions(lines.join('\n'), path, table))
  }
  return actions.map(withoutNulls)
}

/** Which actions and members of them a checkpoint file has as columns. */
async function membersIn(engine: Engine, file: string): Promise<[string, string[]][]> {
  const schema = await engine.column(
    `SELECT name || ' ' || coalesce(num_children, 0) FROM parquet_schema(${file})`,
  )
  const nodes = schema.map((line) => {
    const at = line.lastIndexOf(' ')
    return { name: line.slice(0, at), children: Number(line.slice(at + 1)) }
  })
  let at = 0
  const next = (depth: number, into: string[]): void => {
    const node = nodes[at++]
    if (node === undefined) return
    if (depth === 1) into.push(node.name)
    for (let i = 0; i < node.children; i++) next(depth + 1, into)
  }
  const found: [string, string[]][] = []
  const actions = nodes[at++]?.children ?? 0
  for (let i = 0; i < actions; i++) {
    const name = nodes[at]?.name ?? ''
    const names: string[] = []
    next(0, names)
    const wanted = members[name]?.filter((member) => names.includes(member)) ?? []
    if (wanted.length > 0) found.push([name, wanted])
  }
  return found
}

/** A column is there for every row; in a commit's JSON a member without a value is left out. */
function withoutNulls(action: Action): Action {
  const entries = Object.entries(action).map(([name, body]) => {
    const present = Object.entries(body as object).filter(([, value]) => value !== null)
    return [name, Object.fromEntries(present)]
  })
  return Object.fromEntries(entries) as Action
}
