import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { codesOf } from '../../core/index.ts'
import type { Action } from './actions.ts'
import { type Checkpoint, findCheckpoints, readCheckpoint } from './checkpoint.ts'
import { commitName, parseActions } from './commit-file.ts'
import type { Engine } from './engine.ts'
import { DeltaError } from './errors.ts'
import { fromFileTime } from './file-times.ts'
import { logFolder } from './files.ts'
import { type LogState, Replay } from './replay.ts'

/** How many states of a table are kept in memory. */
const keptStates = 8

/** A commit: what it did and when. */
export interface Commit {
  readonly version: number
  /** Milliseconds since the epoch: the in-commit timestamp, else the file's time. */
  readonly timestamp: number
  readonly actions: readonly Action[]
  /** Tells this commit file from one of the same name in a table that was made anew. */
  readonly fileId: string
}

/**
 * The log of one table, replayed and remembered. Other processes may commit at any time: every question looks
 * for newer commits first, and notices a table that was dropped and made anew.
 */
export class TableLog {
  readonly table: string
  readonly folder: string
  readonly engine: Engine
  /** Recently used states, the least recently used first, with the id of their commit file. */
  readonly #kept = new Map<number, { readonly state: LogState; readonly fileId: string }>()

  constructor(table: string, tableFolder: string, engine: Engine) {
    this.table = table
    this.folder = logFolder(tableFolder)
    this.engine = engine
  }

  /** The state at a version, by default the newest. */
  async state(version?: number): Promise<LogState> {
    await this.#forgetIfMadeAnew()
    let kept = this.#nearest(version) ?? (await this.#load(version))
    const commits = await this.#commitsAfter(kept?.state.version ?? -1, version)
    const last = commits.at(-1)
    if (last !== undefined)
      kept = { state: this.#advance(kept?.state, commits), fileId: last.fileId }
    if (version !== undefined && kept?.state.version !== version)
      throw await this.#noVersion(version)
    if (kept === undefined) throw this.#noTable()
    this.#keep(kept.state, kept.fileId)
    return kept.state
  }

  /** One commit, or undefined when there is none of that version (yet, or any more). */
  async commit(version: number): Promise<Commit | undefined> {
    const name = commitName(version)
    try {
      const path = join(this.folder, name)
      const text = await readFile(path, 'utf8')
      const file = await stat(path)
      const actions = parseActions(text, name, this.table)
      const info = actions.find((action) => action.commitInfo)?.commitInfo
      const timestamp = info?.inCommitTimestamp ?? fromFileTime(file)
      return { version, timestamp, actions, fileId: `${file.ino}/${file.mtimeMs}` }
    } catch (error) {
      if (codesOf(error).includes('ENOENT')) return undefined
      throw error
    }
  }

  /** The versions whose commit files are there, oldest first. */
  async versions(): Promise<number[]> {
    return commitVersions(await this.#names())
  }

  #advance(from: LogState | undefined, commits: readonly Commit[]): LogState {
    const replay = new Replay(this.table, from)
    let version = from?.version ?? -1
    let timestamp = from?.timestamp ?? 0
    for (const commit of commits) {
      for (const action of commit.actions) replay.apply(action)
      version = commit.version
      timestamp = Math.max(commit.timestamp, timestamp + 1)
    }
    return replay.state(version, timestamp)
  }

  async #commitsAfter(version: number, until = Number.POSITIVE_INFINITY): Promise<Commit[]> {
    const commits: Commit[] = []
    for (let next = version + 1; next <= until; next++) {
      const commit = await this.commit(next)
      if (commit === undefined) break
      commits.push(commit)
    }
    return commits
  }

  /** The state of the newest checkpoint at or below a version, after a look for holes behind it. */
  async #load(version = Number.POSITIVE_INFINITY): Promise<Kept | undefined> {
    const names = await this.#names()
    const checkpoint = findCheckpoints(names).findLast((c) => c.version <= version)
    let next = (checkpoint?.version ?? -1) + 1
    for (const found of commitVersions(names)) {
      if (found < next || found > version) continue
      if (found > next) throw this.#gap(next, found)
      next++
    }
    return checkpoint && this.#fromCheckpoint(checkpoint)
  }

  async #fromCheckpoint(checkpoint: Checkpoint): Promise<Kept> {
    const { version, files } = checkpoint
    const replay = new Replay(this.table)
    for (const action of await readCheckpoint(this.engine, this.folder, checkpoint, this.table)) {
      replay.apply(action)
    }
    const commit = await this.commit(version)
    if (commit) return { state: replay.state(version, commit.timestamp), fileId: commit.fileId }
    const file = await stat(join(this.folder, files[0] ?? ''))
    return { state: replay.state(version, fromFileTime(file)), fileId: '' }
  }

  #nearest(version = Number.POSITIVE_INFINITY): Kept | undefined {
    const below = [...this.#kept.values()].filter(({ state }) => state.version <= version)
    return below.sort((a, b) => b.state.version - a.state.version)[0]
  }

  /** A state without a commit file of its own (the log was cleaned) cannot be recognized later, so is not kept. */
  #keep(state: LogState, fileId: string): void {
    if (fileId === '') return
    this.#kept.delete(state.version)
    this.#kept.set(state.version, { state, fileId })
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= keptStates) break
      this.#kept.delete(oldest)
    }
  }

  async #forgetIfMadeAnew(): Promise<void> {
    const newest = this.#nearest()
    if (newest === undefined) return
    const file = await stat(join(this.folder, commitName(newest.state.version))).catch(
      () => undefined,
    )
    if (file === undefined || `${file.ino}/${file.mtimeMs}` !== newest.fileId) this.#kept.clear()
  }

  async #names(): Promise<string[]> {
    try {
      return await readdir(this.folder)
    } catch (error) {
      if (codesOf(error).includes('ENOENT')) throw this.#noTable()
      throw error
    }
  }

  #noTable(): DeltaError {
    return new DeltaError(
      'TABLE_OR_VIEW_NOT_FOUND',
      `Table ${this.table} is not there: its log holds no commit. Create it first.`,
      { table: this.table },
    )
  }

  async #noVersion(version: number): Promise<DeltaError> {
    const names = await this.#names()
    const commits = commitVersions(names)
    const checkpoints = findCheckpoints(names).map((checkpoint) => checkpoint.version)
    const first = commits[0] === 0 ? 0 : checkpoints[0]
    const last = Math.max(commits.at(-1) ?? -1, checkpoints.at(-1) ?? -1)
    if (first === undefined) return this.#noTable()
    return new DeltaError(
      'DELTA_VERSION_NOT_FOUND',
      `Version ${version} of ${this.table} is not there. Available versions: [${first}, ${last}].`,
      { table: this.table, version },
    )
  }

  #gap(missing: number, found: number): DeltaError {
    return new DeltaError(
      'DELTA_VERSIONS_NOT_CONTIGUOUS',
      `The log of ${this.table} lacks version ${missing}, though ${found} is there. Copy the table again, with its whole _delta_log.`,
      { table: this.table, version: missing },
    )
  }
}

interface Kept {
  readonly state: LogState
  readonly fileId: string
}

function commitVersions(names: readonly string[]): number[] {
  const versions = names.flatMap((name) =>
    /^\d{20}\.json$/.test(name) ? [Number(name.slice(0, 20))] : [],
  )
  return versions.sort((a, b) => a - b)
}
