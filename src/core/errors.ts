import { types } from 'node:util'

/** What the caller of a failed step should do. A row's fate is a value; only a run's fate is thrown. */
export type Disposition = 'retry' | 'abort' | 'stop'

/** Facts about an error, safe to print: names, numbers and codes, never an attribute value, a key or an e-mail. */
export type ErrorContext = Readonly<Record<string, string | number | boolean | undefined>>

/** Details of a {@link SyncError}. */
export interface ErrorOptions {
  readonly disposition?: Disposition
  readonly context?: ErrorContext
  readonly cause?: unknown
}

/**
 * The root of every error this product throws on purpose. `code` is stable and documented in docs/errors.md;
 * `exitCode` is what a command ends with (docs/errors.md has the table).
 */
export abstract class SyncError extends Error {
  abstract readonly exitCode: number
  readonly code: string
  readonly disposition: Disposition
  readonly context: ErrorContext

  constructor(code: string, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = new.target.name
    this.code = code
    this.disposition = options.disposition ?? 'abort'
    this.context = options.context ?? {}
  }
}

/** A file or setting is wrong. Raised before any I/O with the outside. */
export class ConfigError extends SyncError {
  readonly exitCode = 2
}

/** The Databricks side failed: workspace, warehouse, source table, spool. */
export class SourceError extends SyncError {
  readonly exitCode = 3
}

/** The Customer.io side failed or refused as a whole. */
export class DestinationError extends SyncError {
  readonly exitCode = 4
}

/** Outcomes could not be written down. Nothing more is sent. */
export class AuditError extends SyncError {
  readonly exitCode = 5
}

/** Every row is accounted for, but more failed than `max_failed_percent` allows. */
export class TooManyFailed extends SyncError {
  readonly exitCode = 6
}

/** A brake or a hold acted before the first request: nothing was sent, and no window was opened. */
export class Braked extends SyncError {
  readonly exitCode = 8
}

/** The run was asked to stop, or its time was up. The window stays open; the same command goes on. */
export class RunStopped extends SyncError {
  readonly exitCode = 7

  constructor(message: string, options: ErrorOptions = {}) {
    super('RUN_STOPPED', message, { disposition: 'stop', ...options })
  }
}

/** True for any error, also one from another realm (a test runner's sandbox), where `instanceof` is false. */
export function isError(value: unknown): value is Error {
  return value instanceof Error || types.isNativeError(value)
}

/** The chain of codes and names behind an error, for classification: `ECONNRESET`, `UND_ERR_SOCKET`, … */
export function codesOf(error: unknown): string[] {
  const codes: string[] = []
  for (let at: unknown = error; typeof at === 'object' && at !== null; at = (at as Error).cause) {
    const { code, name } = at as { code?: unknown; name?: unknown }
    if (typeof code === 'string') codes.push(code)
    if (typeof name === 'string') codes.push(name)
    if (codes.length > 20) break
  }
  return codes
}
