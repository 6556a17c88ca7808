/** One line of the table: a number, and the numbers of the design that it is held against. */
export interface Line {
  readonly what: string
  readonly measured: number
  readonly unit?: '×' | 's' | 'MB'
  /** Absent for what is told only. */
  readonly gate?: number
  readonly reach?: number
  /** Whether less is better. Default false. */
  readonly less?: boolean
}

/** Hands lines to the runner that started this benchmark; prints them when there is none. */
export function report(lines: readonly Line[]): void {
  if (process.send === undefined) console.table(lines)
  else process.send({ lines })
}
