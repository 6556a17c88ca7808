import { afterDelete, afterSend, step } from './customerio.ts'
import { type Model, type Opened, possible, type Side } from './history.ts'
import { hashOf, hasNoRoute, type Known, type Planned } from './rule.ts'

/** An outcome as the product wrote it down. */
export interface Outcome {
  readonly id: number
  readonly call: string
  readonly status: string
}

/**
 * Holds a closed window against its plan, message by message, and makes what was decided known. Gives what is wrong, in
 * words; nothing when all is well.
 */
export function settle(
  model: Model,
  side: Side,
  opened: Opened,
  outcomes: readonly Outcome[],
): string[] {
  const { messages } = opened.plan
  const wrong: string[] = []
  const seen = new Set<number>()
  for (const outcome of outcomes) {
    const { id, status } = outcome
    const planned = messages.get(id)
    if (seen.has(id)) wrong.push(`key ${id} has two outcomes`)
    seen.add(id)
    if (planned === undefined) {
      wrong.push(`key ${id}: ${outcome.call} ${status}, and nothing was to be sent`)
      continue
    }
    if (!allowed(planned, opened).includes(status) || outcome.call !== callOf(model, planned)) {
      wrong.push(
        `key ${id}: ${outcome.call} ${status}, not ${callOf(model, planned)} ${planned.expect}`,
      )
    }
    learn(model, side, opened, planned, outcome)
  }
  const { limit = Number.POSITIVE_INFINITY } = opened
  if (seen.size > limit) wrong.push(`${seen.size} messages, and the limit is ${limit}`)
  for (const [id, { required, take }] of messages) {
    if (required && !seen.has(id) && seen.size < limit)
      wrong.push(`key ${id}: no outcome, and it was to be a ${take}`)
  }
  return wrong
}

function allowed({ expect }: Planned, { mayGiveUp }: Opened): string[] {
  return mayGiveUp && expect !== 'invalid' ? [expect, 'undelivered'] : [expect]
}

function callOf({ kind }: Model, { take }: Planned): string {
  if (take === 'send') return kind.call
  return kind.onDelete === 'clear' ? 'clear' : 'delete'
}

function learn(model: Model, side: Side, opened: Opened, planned: Planned, outcome: Outcome): void {
  const { kind } = model
  const { id, status } = outcome
  const { mapping } = opened.plan
  const before = side.known.get(id)
  const isDelivered = status === 'delivered'
  const isGivenUp = status === 'undelivered'
  const common = {
    sync: opened.sync,
    status: isDelivered || isGivenUp ? status : 'refused',
    everDelivered: isDelivered || (before?.everDelivered ?? false),
  } as const
  const known: Known | undefined =
    planned.row === undefined
      ? before && { ...before, ...common, gone: true }
      : {
          ...common,
          gone: false,
          hash: hashOf(kind.call, mapping, planned.row),
          mapping,
          noRoute: hasNoRoute(planned.row),
        }
  if (known !== undefined) side.known.set(id, known)
  const change =
    planned.row === undefined
      ? afterDelete(kind.onDelete, mapping)
      : afterSend(kind.call, mapping, planned.row)
  if (isDelivered) side.holds.set(id, step(possible(side, id), change, true))
  if (isGivenUp && opened.isUnsure) side.holds.set(id, step(possible(side, id), change, false))
}
