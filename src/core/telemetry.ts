import type { LogFields } from './log.ts'

/** A step that is being measured: what becomes known of it is added to it. */
export interface Span {
  set(fields: LogFields): void
}

/** Where the program says how long its steps took and how much they did. Fields are those of log lines: no row data. */
export interface Telemetry {
  /** Measures work; steps within it are its children. Its error goes on, and its code is noted. */
  span<T>(name: string, fields: LogFields, work: (span: Span) => Promise<T>): Promise<T>
  /** Adds to a counter. */
  count(name: string, unit: string, value: number, fields: LogFields): void
  /** Hands over what there is; never throws, and gives up after some seconds. */
  flush(): Promise<void>
}

/** Measures nothing. */
export const noTelemetry: Telemetry = {
  span: (_name, _fields, work) => work({ set: () => {} }),
  count: () => {},
  flush: async () => {},
}
