import type {
  FieldSpec,
  Fields,
  LimitsSpec,
  MessageBlock,
  SendSpec,
  SyncSpec,
} from '../../../src/core/index.ts'
import type { CompileOptions } from '../../../src/mapping/index.ts'

/** The options every test compiles with. */
export const options: CompileOptions = {
  destination: 'eu',
  window: { number: 7, openedAt: 1_700_000_000_000 },
  idSecret: 'a secret for tests',
}

/** What a sync sends, with its fields under the name that a file uses for them. */
export type Draft = Partial<Omit<SendSpec, 'call' | 'fields' | 'limits'>> &
  Pick<SendSpec, 'call'> & {
    readonly traits?: Fields
    readonly properties?: Fields
    readonly attributes?: Fields
    readonly limits?: Partial<LimitsSpec>
  }

/** The limits where a file says nothing. */
export const strictLimits: LimitsSpec = {
  attributeNames: 'error',
  attributeValues: 'error',
  attributeCount: 'error',
  eventNames: 'error',
}

/** A whole {@link SendSpec}, to the destination `eu` unless it says otherwise. */
export function aSend({ traits, properties, attributes, limits, ...send }: Draft): SendSpec {
  return {
    to: { kind: 'one', destination: 'eu' },
    nulls: 'omit',
    fields: traits ?? properties ?? attributes ?? {},
    limits: { ...strictLimits, ...limits },
    allow: [],
    ...send,
  }
}

/** A sync with this call; every path is placed on line 1 + its length of `syncs/people.yml`. */
export function aSync(send: Draft, more: Partial<SyncSpec> = {}): SyncSpec {
  return {
    name: 'people',
    file: 'syncs/people.yml',
    source: {
      from: { table: 'main.gold.people' },
      key: ['id'],
      changes: { kind: 'full' },
      settleMs: 0,
    },
    send: aSend(send),
    onDelete: 'ignore',
    brakes: {
      emptySource: 'stop',
      maxDeletePercent: 5,
      maxChangeFactor: 10,
      maxFailedPercent: 5,
      firstRun: 'allow',
    },
    checks: { unique: false, notNull: [] },
    keepPayload: false,
    tests: [],
    at: (path) => ({ file: 'syncs/people.yml', line: 1 + path.length, column: 1 }),
    ...more,
  }
}

/** A field read from a column. */
export function col(
  column: string,
  more: Partial<Extract<FieldSpec, { kind: 'column' }>> = {},
): FieldSpec {
  return { kind: 'column', column, path: ['send', 'traits', column], ...more }
}

/** An object of fields. */
export function nest(fields: Fields): FieldSpec {
  return { kind: 'fields', fields, path: ['send', 'traits'] }
}

/** A constant field. */
export function constant(value: Extract<FieldSpec, { kind: 'constant' }>['value']): FieldSpec {
  return { kind: 'constant', value, path: ['send', 'traits'] }
}

/** The block's messages, parsed. */
export function messages(block: MessageBlock): Record<string, unknown>[] {
  return texts(block).map((text) => JSON.parse(text))
}

/** The block's messages as text. */
export function texts(block: MessageBlock): string[] {
  return Array.from(block.starts, (start, i) =>
    Buffer.from(block.bytes.subarray(start, block.ends[i])).toString(),
  )
}
