import { isUtf8 } from 'node:buffer'
import type { MessageType } from '../../core/index.ts'
import type { DoorRequest } from '../http/contract.ts'
import { checkContext, problemsOf } from './check-message.ts'
import { maxBodyBytes, maxDepth, maxMessageBytes } from './limits.ts'
import { measure } from './measure.ts'
import { isObject, type JsonObject, type Reason } from './words.ts'

/** One thing wrong with a request or, when `index` is given, with a message of its batch. */
export interface Fault {
  readonly reason: Reason
  /** The status a strict answer has. */
  readonly status: number
  readonly text: string
  readonly index?: number
}

/** A body, read and checked. */
export interface Intake {
  /** How many messages the body holds, as far as it can be told. */
  readonly count: number
  /** The good messages with their place; empty when the body as a whole is bad, or when it was only counted. */
  readonly messages: readonly Placed[]
  readonly faults: readonly Fault[]
}

/** A good message and its place in the batch (0 for a single call). */
export interface Placed {
  readonly index: number
  readonly content: JsonObject
}

/** What is wrong with a request's headers: a coded body, a body that is not JSON. */
export function headerFault({ headers }: DoorRequest): Fault | undefined {
  const encoding = headers['content-encoding'] ?? 'identity'
  if (encoding !== 'identity') {
    return {
      reason: 'encoding',
      status: 415,
      text: 'the body must not be compressed: Customer.io documents no Content-Encoding',
    }
  }
  const type = headers['content-type'] ?? ''
  return /^application\/json *(;|$)/i.test(type)
    ? undefined
    : { reason: 'content_type', status: 400, text: 'Content-Type must be application/json' }
}

/** Reads a body for one call (`type`) or, without a type, for a batch. Looks only as closely as `depth` says. */
export function readBody(
  body: Buffer,
  type: MessageType | undefined,
  counting: boolean,
  refuse?: string,
): Intake {
  if (body.length > maxBodyBytes) {
    return bad('body_too_large', 413, `the body must be at most ${maxBodyBytes} bytes`)
  }
  const measured = measure(body)
  if (counting) return countOnly(body, type, measured.items)
  if (measured.depth > maxDepth) return bad('malformed', 400, `more than ${maxDepth} levels deep`)
  const parsed = parse(body)
  if (parsed === undefined) return bad('malformed', 400, 'the body must be JSON in UTF-8')
  if (type !== undefined) return check([parsed.value], [body.length], type, undefined, refuse)
  return readBatch(parsed.value, measured.items, refuse)
}

function readBatch(value: unknown, sizes: readonly number[], refuse?: string): Intake {
  if (!isObject(value) || !Array.isArray(value.batch)) {
    return bad('invalid', 400, 'the body must be an object with an array batch')
  }
  const { batch, context } = value
  const faults: string[] = []
  if (context !== undefined) checkContext(context, 'context', (problem) => faults.push(problem))
  if (faults.length > 0) return bad('invalid', 400, faults.join('; '), batch.length)
  // A key spelled with escapes hides the array from the measure: then the sizes of the values have to do.
  const bytes = sizes.length === batch.length ? sizes : batch.map(jsonBytes)
  const defaults = isObject(context) ? context : undefined
  return check(batch, bytes, undefined, defaults, refuse)
}

function check(
  values: readonly unknown[],
  bytes: readonly number[],
  type: MessageType | undefined,
  context?: JsonObject,
  refuse?: string,
): Intake {
  const messages: Placed[] = []
  const faults: Fault[] = []
  const place = (index: number) => (type === undefined ? { index } : {})
  const label = (index: number) => (type === undefined ? `batch[${index}]: ` : '')
  for (const [index, value] of values.entries()) {
    if ((bytes[index] ?? 0) > maxMessageBytes) {
      const text = `${label(index)}a message must be at most ${maxMessageBytes} bytes`
      faults.push({ reason: 'message_too_large', status: 400, text, ...place(index) })
      continue
    }
    const problems = [...problemsOf(value, type), ...undocumented(value, refuse)]
    if (problems.length > 0) {
      const text = `${label(index)}${problems.join('; ')}`
      faults.push({ reason: 'invalid', status: 400, text, ...place(index) })
    } else if (isObject(value)) {
      // The type is written in, so that whoever reads the message later need not know its call.
      const typed = value.type === undefined && type !== undefined ? { ...value, type } : value
      const isBare = context !== undefined && typed.context === undefined
      messages.push({ index, content: isBare ? { ...typed, context } : typed })
    }
  }
  return { count: values.length, messages, faults }
}

/** What a real service refuses although nobody wrote down why. */
function undocumented(value: unknown, refuse: string | undefined): string[] {
  if (refuse === undefined || !JSON.stringify(value).includes(refuse)) return []
  return ['a rule that is not documented does not like it']
}

function countOnly(body: Buffer, type: MessageType | undefined, items: readonly number[]): Intake {
  const sizes = type === undefined ? items : [body.length]
  const index = sizes.findIndex((size) => size > maxMessageBytes)
  if (index < 0) return { count: sizes.length, messages: [], faults: [] }
  const text = `a message must be at most ${maxMessageBytes} bytes`
  return bad('message_too_large', 400, text, sizes.length)
}

function bad(reason: Reason, status: number, text: string, count = 0): Intake {
  return { count, messages: [], faults: [{ reason, status, text }] }
}

function parse(body: Buffer): { readonly value: unknown } | undefined {
  if (!isUtf8(body)) return undefined
  try {
    return { value: JSON.parse(body.toString('utf8')) }
  } catch {
    return undefined
  }
}

function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value))
}
