import type { DuckDBConnection } from '@duckdb/node-api'
import { DeltaError } from './errors.ts'
import type { Merge, MergeClause } from './model.ts'
import { identifier } from './names.ts'
import { assignments, type RowChanges, type Target, targetRows, temporaryName } from './rewrite.ts'
import type { Field } from './types.ts'

/**
 * Works out a MERGE into row changes and returns how many rows the source has. The source is read once; pairs of
 * target and source rows are found once. A target row that several source rows would change is refused, as Spark
 * does, unless all that could happen to it is an unconditional delete.
 */
export async function planMerge(
  connection: DuckDBConnection,
  changes: RowChanges,
  target: Target,
  merge: Merge,
): Promise<number> {
  checkClauses(merge.clauses)
  const plan = new MergePlan(connection, changes, target, merge)
  try {
    return await plan.run()
  } finally {
    await plan.close()
  }
}

class MergePlan {
  readonly #connection: DuckDBConnection
  readonly #changes: RowChanges
  readonly #target: Target
  readonly #merge: Merge
  /** `FROM`-ready: the target's rows and the source's under their aliases. */
  readonly #targetRows: string
  readonly #sourceRows: string
  readonly #sourceName = temporaryName('source')
  readonly #pairsName = temporaryName('pairs')

  constructor(connection: DuckDBConnection, changes: RowChanges, target: Target, merge: Merge) {
    this.#connection = connection
    this.#changes = changes
    this.#target = target
    this.#merge = merge
    this.#targetRows = `${targetRows(target)} AS ${identifier(merge.targetAlias)}`
    this.#sourceRows = `${this.#sourceName} AS ${identifier(merge.sourceAlias)}`
  }

  async run(): Promise<number> {
    await this.#connection.run(
      `CREATE TEMP TABLE ${this.#sourceName} AS SELECT *, row_number() OVER () AS __delta_source FROM ${this.#merge.source}`,
    )
    const matched = this.#clauses('matched')
    await this.#connection.run(
      `CREATE TEMP TABLE ${this.#pairsName} AS
       SELECT ${this.#t}.__delta_file AS __delta_pair_file, ${this.#t}.__delta_row AS __delta_pair_row,
         ${this.#s}.__delta_source AS __delta_pair_source, ${choice(matched)} AS __delta_pair_clause
       FROM ${this.#targetRows} JOIN ${this.#sourceRows} ON (${this.#merge.on})`,
    )
    await this.#refuseRepeated(matched)
    await this.#addMatched(matched)
    await this.#addNotMatched(this.#clauses('notMatched'))
    await this.#addNotMatchedBySource(this.#clauses('notMatchedBySource'))
    const rows = await this.#connection.runAndReadAll(`SELECT count(*) FROM ${this.#sourceName}`)
    return Number(rows.getRows()[0]?.[0] ?? 0)
  }

  async close(): Promise<void> {
    await this.#connection.run(`DROP TABLE IF EXISTS ${this.#pairsName}`)
    await this.#connection.run(`DROP TABLE IF EXISTS ${this.#sourceName}`)
  }

  get #t(): string {
    return identifier(this.#merge.targetAlias)
  }

  get #s(): string {
    return identifier(this.#merge.sourceAlias)
  }

  #clauses(when: MergeClause['when']): MergeClause[] {
    return this.#merge.clauses.filter((clause) => clause.when === when)
  }

  async #refuseRepeated(clauses: readonly MergeClause[]): Promise<void> {
    const [only] = clauses
    if (clauses.length === 1 && only?.action === 'delete' && only.and === undefined) return
    const repeated = await this.#connection.runAndReadAll(
      `SELECT 1 FROM ${this.#pairsName} WHERE __delta_pair_clause IS NOT NULL
       GROUP BY __delta_pair_file, __delta_pair_row HAVING count(*) > 1 LIMIT 1`,
    )
    if (repeated.currentRowCount > 0) {
      throw new DeltaError(
        'DELTA_MULTIPLE_SOURCE_ROW_MATCHING_TARGET_ROW_IN_MERGE',
        `Cannot perform MERGE into ${this.#target.table}: several source rows match the same target row. Make the source unique on the columns of ON.`,
        { table: this.#target.table },
      )
    }
  }

  async #addMatched(clauses: readonly MergeClause[]): Promise<void> {
    if (clauses.length === 0) return
    await this.#changes.add({
      kind: kindOf(clauses, '__delta_pair_clause'),
      values: this.#values(clauses, '__delta_pair_clause', true),
      old: this.#t,
      from: `FROM ${this.#targetRows}
        JOIN ${this.#pairsName} AS __delta_pair ON __delta_pair_file = ${this.#t}.__delta_file AND __delta_pair_row = ${this.#t}.__delta_row
        JOIN ${this.#sourceRows} ON __delta_pair_source = ${this.#s}.__delta_source
        WHERE __delta_pair_clause IS NOT NULL
        QUALIFY row_number() OVER (PARTITION BY __delta_pair_file, __delta_pair_row) = 1`,
    })
  }

  async #addNotMatched(clauses: readonly MergeClause[]): Promise<void> {
    if (clauses.length === 0) return
    const chosen = choice(clauses)
    await this.#changes.add({
      kind: kindOf(clauses, chosen),
      values: this.#values(clauses, chosen, false),
      from: `FROM ${this.#sourceRows}
        WHERE ${chosen} IS NOT NULL AND NOT EXISTS
          (SELECT 1 FROM ${this.#pairsName} WHERE __delta_pair_source = ${this.#s}.__delta_source)`,
    })
  }

  async #addNotMatchedBySource(clauses: readonly MergeClause[]): Promise<void> {
    if (clauses.length === 0) return
    const chosen = choice(clauses)
    await this.#changes.add({
      kind: kindOf(clauses, chosen),
      values: this.#values(clauses, chosen, true),
      old: this.#t,
      from: `FROM ${this.#targetRows}
        WHERE ${chosen} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ${this.#pairsName}
          WHERE __delta_pair_file = ${this.#t}.__delta_file AND __delta_pair_row = ${this.#t}.__delta_row)`,
    })
  }

  /** A field's new value by the clause that acts; where none sets it, its old value or NULL. */
  #values(
    clauses: readonly MergeClause[],
    chosen: string,
    keeps: boolean,
  ): (field: Field) => string {
    const sets = clauses.map(({ set }) => assignments(set ?? {}, this.#target.fields))
    return (field) => {
      const kept = keeps ? `${this.#t}.${identifier(field.name)}` : 'NULL'
      const cases = sets.flatMap((set, i) => {
        const value = set.get(field)
        return value === undefined ? [] : [`WHEN ${i} THEN (${value})`]
      })
      return cases.length === 0 ? kept : `CASE ${chosen} ${cases.join(' ')} ELSE ${kept} END`
    }
  }
}

/** Which clause acts on a row, by position, as an SQL expression; NULL when none does. */
function choice(clauses: readonly MergeClause[]): string {
  const cases = clauses.map(
    ({ and }, i) => `WHEN ${and === undefined ? 'true' : `(${and})`} THEN ${i}`,
  )
  return cases.length === 0 ? 'NULL::INTEGER' : `CASE ${cases.join(' ')} END`
}

function kindOf(clauses: readonly MergeClause[], chosen: string): string {
  return `CASE ${chosen} ${clauses.map((clause, i) => `WHEN ${i} THEN '${clause.action}'`).join(' ')} END`
}

function checkClauses(clauses: readonly MergeClause[]): void {
  const bad = clauses.some(
    (clause) => (clause.when === 'notMatched') !== (clause.action === 'insert'),
  )
  if (bad || clauses.length === 0) {
    throw new DeltaError(
      'DELTA_MERGE_MISSING_WHEN',
      'MERGE needs at least one WHEN clause; INSERT goes with NOT MATCHED only, UPDATE and DELETE with the others.',
    )
  }
}
