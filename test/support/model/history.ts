import { createHash } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { leasesIn } from '../../../src/audit/index.ts'
import { hashKey, hashKeyName } from '../../../src/source/index.ts'
import type { Parts } from '../../../src/sync/index.ts'
import { type Bench, twoWorkspaces, writeProject } from '../bench.ts'
import { nothing, type Possible } from './customerio.ts'
import type { Known, Plan } from './rule.ts'
import { type Row, type Shape, tableStatements, type Values } from './source.ts'
import {
  type Destination,
  destinations,
  type Kind,
  type MappingName,
  syncFile,
} from './sync-file.ts'

/** A window that was opened: what it has to do was settled then, whatever happens to the source meanwhile. */
export interface Opened {
  readonly plan: Plan
  /** Name of the sync that opened it. */
  readonly sync: string
  /** Rebuilds and switches of the feed that its pin has seen. */
  readonly breaks: number
  /** So many messages go at most; the rest waits for the next window. */
  readonly limit?: number
  /** True when something may have arrived that was not written down. */
  isUnsure: boolean
  /** True when Customer.io failed for long enough to give messages up. */
  mayGiveUp: boolean
}

/** What is expected of one destination. */
export interface Side {
  readonly known: Map<number, Known>
  readonly holds: Map<number, Possible>
  open: Opened | undefined
  /** Closed windows. */
  readonly closed: Set<string>
  /** Names of the sync that closed a window. */
  readonly ran: Set<string>
  /** Breaks that the newest window on schedule has seen. */
  breaks: number
}

/** The history so far as plain TypeScript sees it. */
export interface Model {
  readonly kind: Kind
  /** Names of the sync, the one of now last. */
  readonly names: string[]
  /** Ids of this history begin here. */
  readonly base: number
  rows: Row[]
  shape: Shape
  feed: boolean
  /** Rebuilds and switches of the feed so far: after one of them the feed may be unreadable. */
  breaks: number
  mapping: MappingName
  /** True once messages may have been received twice. */
  hasRepeats: boolean
  /** Seconds since the epoch of the last write. */
  now: number
  readonly sides: Readonly<Record<Destination, Side>>
}

/** The same history in the real product, against the twin. */
export interface Real {
  readonly bench: Bench
  readonly statements: ReturnType<typeof tableStatements>
  /** Parts with the sync as its file says now. */
  parts(model: Model, mode?: Kind['mode']): Parts
  /** The id behind a key as outcomes name it. */
  idOf(messageKey: string): number
  /** Writes the rows of `checkpoints` for a new name. */
  setUp(sync: string): Promise<void>
}

/** Both sides of a history. */
export interface History {
  readonly model: Model
  readonly real: Real
}

/** The project that all histories of a bench share but for their syncs. */
export const modelProject = { 'customerio.yml': twoWorkspaces }

/** Starts a history of its own: table, sync, ids. `parts` are those of {@link modelProject}. */
export async function startHistory(
  bench: Bench,
  parts: Parts,
  number: number,
  kind: Kind,
): Promise<History> {
  const sync = `sync_${number}`
  const table = `main.shop.rows_${number}`
  const statements = tableStatements(table)
  const shape = { extra: false, wide: false }
  await bench.sql(...statements.create([], shape, true))
  const side = (): Side => ({
    known: new Map(),
    holds: new Map(),
    open: undefined,
    closed: new Set(),
    ran: new Set(),
    breaks: 0,
  })
  const model: Model = {
    kind,
    names: [sync],
    base: number * 100,
    rows: [],
    shape,
    feed: true,
    breaks: 0,
    mapping: 'plain',
    hasRepeats: false,
    now: 1_700_000_000,
    sides: { eu: side(), us: side() },
  }
  const projects = new Map<string, Parts>()
  const ids = idsByKey(model, hashKey(await parts.idSecret()))
  const real: Real = {
    bench,
    statements,
    parts({ kind, mapping, names }, mode = kind.mode) {
      const [name = sync, renamedFrom] = names.toReversed()
      const text = syncFile({ ...kind, mode, name, renamedFrom, table, mapping })
      const known = projects.get(text)
      if (known !== undefined) return known
      const folder = mkdtempSync(join(bench.folder, 'project-'))
      const project = writeProject(folder, { ...modelProject, [`syncs/${name}.yml`]: text })
      const made = { ...parts, project }
      projects.set(text, made)
      return made
    },
    idOf(messageKey) {
      const id = ids.get(messageKey)
      if (id === undefined) throw new Error(`outcomes have a key of nobody: ${messageKey}`)
      return id
    },
    async setUp(name) {
      const leases = leasesIn(parts.warehouse, parts.project.control, parts.clock)
      await leases.ensure(destinations.map((destination) => ({ sync: name, destination })))
    },
  }
  await real.setUp(sync)
  return { model, real }
}

/** Every id that a history may use, by what the control tables call it. */
function idsByKey({ base, kind }: Model, key: string): ReadonlyMap<string, number> {
  const ids = Array.from({ length: 100 }, (_, i) => base + i)
  return new Map(
    ids.map((id) => {
      const hash = createHash('sha256').update(`${key}[${id}]`).digest('hex')
      const name = hashKeyName(key)
      return [kind.auditKey === 'plain' ? `[${id}]` : JSON.stringify({ [name]: hash }), id]
    }),
  )
}

/** The name of the sync now. */
export function nameOf({ names }: Pick<Model, 'names'>): string {
  return names.at(-1) ?? ''
}

/** All its names as a list in SQL. */
export function namesOf({ names }: Pick<Model, 'names'>): string {
  return names.map((name) => `'${name}'`).join(', ')
}

/** The row that a write gives a key, with a later time than any before. */
export function newRow(model: Model, id: number | null, values: Values): Row {
  model.now += 60
  return { id, ...values, loadedAt: model.now }
}

/** What a destination may hold of a key. */
export function possible({ holds }: Side, id: number): Possible {
  return holds.get(id) ?? new Set([nothing])
}
