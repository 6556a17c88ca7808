import type { Client } from '../../../customerio/index.ts'
import type { Destination, Parts } from '../../../sync/index.ts'
import type { Warehouse } from '../../../warehouse/index.ts'

/** What experiments on the warehouse work with. */
export interface Bench extends Pick<Parts, 'warehouse' | 'workspace' | 'clock' | 'log'> {
  /** Catalog and schema that are theirs alone, set up as a control schema. */
  readonly control: string
}

/** What experiments on Customer.io work with. */
export interface Stage extends Pick<Parts, 'clock'> {
  readonly destination: Destination
  /** The id of the one person they are about. */
  readonly person: string
  /** A client in the same region with another key. */
  client(key: string): Client
}

/** What an experiment has seen. */
export interface Seen {
  /** Numbers and statuses. */
  readonly seen: string
  /** Whether that is as expected; if left out, it is where it is word for word what was expected. */
  readonly isExpected?: boolean
  /** What only a person can see, in Customer.io itself. */
  readonly look?: string
}

/** Settles one fact that no document states. Its name stands in docs/promises.md, with the promise that rests on it. */
export interface Experiment<On> {
  readonly name: string
  /** The fact, as a sentence that may turn out wrong. */
  readonly fact: string
  /** Numbers of the promises in docs/promises.md that rest on it. */
  readonly promises: readonly number[]
  /** What is seen where the fact is one. */
  readonly expected: string
  run(on: On): Promise<Seen>
}

/** The number in the one row of a statement. */
export async function numberOf(warehouse: Warehouse, sql: string): Promise<number> {
  const [row] = await warehouse.query(sql)
  return Number(Object.values(row ?? {})[0])
}
