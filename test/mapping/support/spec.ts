import type {
  FieldSpec,
  Fields,
  IdentifySpec,
  MessageBlock,
  SyncSpec,
  TrackSpec,
} from '../../../src/core/index.ts'
import type { CompileOptions } from '../../../src/mapping/index.ts'

/** The options every test compiles with. */
export const options: CompileOptions = {
  destination: 'eu',
  window: { number: 7, openedAt: 1_700_000_000_000 },
  idSecret: 'a secret for tests',
}

type Draft<T> = Omit<T, 'to' | 'nulls'> & Partial<Pick<T, Extract<keyof T, 'to' | 'nulls'>>>

/** A sync with this call; every path is placed on line 1 + its length of `syncs/people.yml`. */
export function aSync(
  send: Draft<IdentifySpec> | Draft<TrackSpec>,
  more: Partial<SyncSpec> = {},
): SyncSpec {
  return {
    name: 'people',
    file: 'syncs/people.yml',
    source: {
      from: { table: 'main.gold.people' },
      key: ['id'],
      changes: { kind: 'full' },
      settleMs: 0,
    },
    send: { to: { kind: 'one', destination: 'eu' }, nulls: 'omit', ...send } as SyncSpec['send'],
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
