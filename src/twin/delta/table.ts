import type { DuckDBConnection } from '@duckdb/node-api'
import { autoCompact } from './auto-compact.ts'
import { changeFeed } from './changes.ts'
import {
  addedColumns,
  type ColumnChange,
  changedColumn,
  changedField,
  type PlacedColumn,
  withChangedColumn,
  withColumns,
} from './columns.ts'
import { versionAt } from './commit-times.ts'
import { detailOf } from './detail.ts'
import { compact, deleteRows, mergeRows, updateRows } from './dml.ts'
import { readHistory } from './history.ts'
import { missingFile } from './missing-files.ts'
import type {
  At,
  Column,
  CommitOptions,
  CommitResult,
  HistoryRow,
  Merge,
  Snapshot,
  TableDetail,
  TableName,
} from './model.ts'
import { fullName } from './names.ts'
import type { TableParts } from './parts.ts'
import type { LogState } from './replay.ts'
import { type Restored, restoreTable } from './restore.ts'
import { scanFiles } from './scan.ts'
import { fieldsOf } from './schema.ts'
import { type Settings, withComment, withProperties, writableSchema } from './settings.ts'
import { stateAt, toSnapshot } from './snapshot.ts'
import { commitSettings } from './transaction.ts'
import { type VacuumOptions, vacuumTable } from './vacuum.ts'
import { appendRows, overwriteRows } from './write.ts'

/**
 * A Delta table on local disk. Every method looks at the newest state first, so handles may be kept and other
 * processes may write. Connections are the caller's, with `TimeZone` set to UTC; SQL texts are DuckDB's.
 *
 * Appends never conflict with each other. Any other change of rows fails with {@link ConcurrentModification} when
 * somebody else commits in between; run it again.
 */
export class DeltaTable {
  readonly name: TableName
  readonly folder: string
  readonly #parts: TableParts

  constructor(parts: TableParts) {
    this.name = parts.name
    this.folder = parts.folder
    this.#parts = parts
  }

  /**
   * The newest state, or the one at a version or time. Throws for tables that cannot be read rightly, and for old
   * states that may not be read any more or whose files VACUUM has deleted.
   */
  async snapshot(at?: At): Promise<Snapshot> {
    const { log, clock } = this.#parts
    const snapshot = toSnapshot(await stateAt(log, at, clock), log.table)
    if (at === undefined) return snapshot
    const lost = await missingFile(
      this.folder,
      snapshot.files.map(({ path }) => path),
    )
    if (lost !== undefined) throw lost
    return snapshot
  }

  /** The newest version at or before a time in milliseconds since the epoch. */
  async versionAt(timestamp: number): Promise<number> {
    return versionAt(this.#parts.log, timestamp)
  }

  /** A DuckDB query in parentheses: exactly the snapshot's columns, typed and named. Stays valid as versions go on. */
  scan(snapshot: Snapshot): string {
    const { partitionColumns } = snapshot
    return scanFiles(this.folder, fieldsOf(snapshot.columns), snapshot.files, { partitionColumns })
  }

  /**
   * The change feed from a version or time to another (default: the newest), both included, as a DuckDB query in
   * parentheses: the newest columns, `_change_type`, `_commit_version`, `_commit_timestamp`.
   */
  async changes(from: number | At, to?: number | At): Promise<string> {
    return changeFeed(this.#parts, from, to)
  }

  /** Adds the rows of a query. Its columns are matched by name and cast; one left out is NULL. */
  async append(
    connection: DuckDBConnection,
    select: string,
    options: CommitOptions,
  ): Promise<CommitResult> {
    return this.#tidied(connection, appendRows(this.#parts, connection, select, options))
  }

  /** Puts the rows of a query in place of all rows; `replaceSchema` changes the columns with them. */
  async overwrite(
    connection: DuckDBConnection,
    select: string,
    options: CommitOptions & { readonly replaceSchema?: readonly Column[] },
  ): Promise<CommitResult> {
    return overwriteRows(this.#parts, connection, select, options)
  }

  /** Sets columns of the rows where `where` holds (default: all). `alias` names the table in the expressions. */
  async update(
    connection: DuckDBConnection,
    change: {
      readonly set: Readonly<Record<string, string>>
      readonly where?: string
      readonly alias?: string
    },
    options: CommitOptions,
  ): Promise<CommitResult> {
    return this.#tidied(connection, updateRows(this.#parts, connection, change, options))
  }

  /** Deletes the rows where `where` holds (default: all). `alias` names the table in it. */
  async delete(
    connection: DuckDBConnection,
    change: { readonly where?: string; readonly alias?: string },
    options: CommitOptions,
  ): Promise<CommitResult> {
    return this.#tidied(connection, deleteRows(this.#parts, connection, change, options))
  }

  /** Updates, deletes and inserts by comparison with a source. Several source rows for one row are refused. */
  async merge(
    connection: DuckDBConnection,
    merge: Merge,
    options: CommitOptions,
  ): Promise<CommitResult> {
    return this.#tidied(connection, mergeRows(this.#parts, connection, merge, options))
  }

  /** Adds nullable columns, at the end unless told where; rows that are there have NULL. */
  async addColumns(columns: readonly PlacedColumn[]): Promise<CommitResult> {
    const { log } = this.#parts
    return this.#change('ADD COLUMNS', addedColumns(columns), (state) =>
      withColumns(state, columns, log.table),
    )
  }

  /** Changes a column's comment or place, or takes its NOT NULL off. Another type is refused, as without type widening. */
  async changeColumn(name: string, change: ColumnChange): Promise<CommitResult> {
    const { log } = this.#parts
    const state = await log.state()
    const field = changedField(state, name, change, log.table)
    return this.#change('CHANGE COLUMN', changedColumn(field, change.place), (newest) =>
      withChangedColumn(newest, name, change, log.table),
    )
  }

  /** Sets and removes table properties. Properties that the writer could not honour are refused. */
  async setProperties(
    properties: Readonly<Record<string, string>>,
    remove: readonly string[] = [],
  ): Promise<CommitResult> {
    const unset = Object.keys(properties).length === 0
    const parameters: Record<string, string> = unset
      ? { properties: JSON.stringify(remove), ifExists: 'true' }
      : { properties: JSON.stringify(properties) }
    return this.#change(`${unset ? 'UNSET' : 'SET'} TBLPROPERTIES`, parameters, (state) =>
      withProperties(state, properties, remove),
    )
  }

  /** Sets the table's comment, or removes it. */
  async setComment(comment: string | undefined): Promise<CommitResult> {
    const parameters = { properties: JSON.stringify({ comment: comment ?? '' }) }
    return this.#change('SET TBLPROPERTIES', parameters, (state) => withComment(state, comment))
  }

  /**
   * Puts all rows into one file. The rows stay as they are, and so does the change feed; `zOrderBy` is only noted in
   * the history.
   */
  async optimize(
    connection: DuckDBConnection,
    zOrderBy: readonly string[] = [],
  ): Promise<CommitResult> {
    return compact(this.#parts, connection, { zOrderBy })
  }

  /** Deletes files that no version within the table's retention needs, and returns their paths. */
  async vacuum(options: VacuumOptions = {}): Promise<string[]> {
    return vacuumTable(this.#parts, options)
  }

  /** Makes an older version the newest one. */
  async restore(at: At): Promise<Restored> {
    return restoreTable(this.#parts, at)
  }

  /** The commits, newest first. */
  async history(limit?: number): Promise<HistoryRow[]> {
    return readHistory(this.#parts.log, limit)
  }

  /** Facts about the newest state. */
  async detail(): Promise<TableDetail> {
    return detailOf(fullName(this.name), this.folder, await this.snapshot())
  }

  async #tidied(connection: DuckDBConnection, write: Promise<CommitResult>): Promise<CommitResult> {
    const done = await write
    if (!done.skipped) await autoCompact(this.#parts, connection)
    return done
  }

  async #change(
    operation: string,
    parameters: Readonly<Record<string, string>>,
    edit: (state: LogState) => Settings,
  ): Promise<CommitResult> {
    const { log, clock } = this.#parts
    const settings = (state: LogState): Settings => {
      writableSchema(state, log.table)
      return edit(state)
    }
    const committed = await commitSettings(log, settings, { operation, parameters }, clock)
    return { ...committed, inserted: 0, updated: 0, deleted: 0 }
  }
}
