import type { Data } from 'apache-arrow'
import type { As } from '../core/index.ts'
import type { Out } from './out.ts'
import type { Reason } from './reasons.ts'

/** Writes the value of a row that is not NULL, or says why it cannot; what it wrote until then is to be undone. */
export type Write = (row: number) => Reason | undefined

/** What a cell's writer needs beside its data: where to write, how, and which rows it will be asked for. */
export interface Binding {
  readonly out: Out
  readonly as?: As | undefined
  readonly from: number
  readonly to: number
}

/** Makes a writer for one column of one batch. */
export type Bind = (data: Data, binding: Binding) => Write
