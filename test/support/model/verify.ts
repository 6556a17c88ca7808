import type { Bench } from '../bench.ts'
import { attempt } from './attempt.ts'
import { nothing, textOf } from './customerio.ts'
import { type History, namesOf, possible } from './history.ts'
import { destinationOf, fateOf, planOf } from './rule.ts'
import { destinations, type Kind } from './sync-file.ts'

/** More runs than this are never needed: one for the window that stands open, one for the rest, one to spare. */
const mostRuns = 3

/** Makes everything well and runs until nothing is left to send. */
export async function heal(history: History): Promise<void> {
  const { model, real } = history
  real.bench.faults()
  for (let runs = 0; isUnfinished(history); runs++) {
    if (runs === mostRuns) throw new Error(`something is left to send after ${runs} runs`)
    await attempt(history)
  }
  if (model.kind.mode !== 'full') return
  // Everything goes each time: once more is the last word.
  await attempt(history)
}

function isUnfinished({ model }: History): boolean {
  const { kind, names, mapping, rows } = model
  // What goes each time is never finished: here it is when it went once.
  const quiet: Kind = { ...kind, mode: kind.mode === 'full' ? 'auto' : kind.mode }
  return destinations.some((destination) => {
    const { open, known } = model.sides[destination]
    const plan = planOf({ kind: quiet, names, mapping, rows, known }, destination)
    return open !== undefined || [...plan.messages.values()].some(({ required }) => required)
  })
}

/** What Customer.io holds of this history that it should not, or lacks; nothing when all is well. */
export function differences({ model, real }: History): string[] {
  const { kind, base, rows } = model
  const { store } = real.bench.twin
  const wrong: string[] = []
  for (const destination of destinations) {
    const actual = new Map<number, string>()
    const isOurs = (id: number) => id >= base && id < base + 100
    if (kind.call === 'identify') {
      for (const { id, traits } of store.people(destination)) {
        if (isOurs(Number(id))) actual.set(Number(id), textOf(traits))
      }
    } else {
      for (const { person, properties } of store.events({ region: destination })) {
        if (!isOurs(Number(person))) continue
        if (actual.has(Number(person))) wrong.push(`${destination} has two events of ${person}`)
        actual.set(Number(person), textOf(properties))
      }
    }
    for (let id = base; id < base + 100; id++) {
      const found = actual.get(id) ?? nothing
      const may = possible(model.sides[destination], id)
      if (!may.has(found)) {
        wrong.push(`${destination} holds ${found} of ${id}, not ${[...may].join(' or ')}`)
      }
      const here = rows.filter((row) => row.id === id)
      const [row] = here
      // The same once more without any history: what the rows at the end say by themselves.
      const isFit = here.length === 1 && row !== undefined && fateOf(kind.call, row) === 'delivered'
      if (isFit && destinationOf(row) === destination && found === nothing) {
        wrong.push(`${destination} has nothing of ${id}, which has a row`)
      }
      if (isFit && kind.call === 'identify' && destinationOf(row) === destination) {
        const name = (JSON.parse(found === nothing ? '[]' : found) as [string, unknown][]).find(
          ([trait]) => trait === 'name',
        )?.[1]
        if ((name ?? null) !== row.name) wrong.push(`${destination} has an older name of ${id}`)
      }
      if (kind.onDelete === 'delete' && here.length === 0 && found !== nothing) {
        wrong.push(`${destination} still has ${id}, which has no row`)
      }
    }
  }
  return wrong
}

/** What the wire saw of this history that the outcomes do not say, or the other way round. */
export async function wireDifferences({ model, real }: History): Promise<string[]> {
  const { store } = real.bench.twin
  const outcomes = await real.bench.sql(
    `SELECT DISTINCT message_id, destination, status FROM main.customerio.outcomes WHERE sync IN (${namesOf(model)})`,
  )
  const wrong: string[] = []
  for (const { message_id, destination, status } of outcomes) {
    if (status !== 'delivered') continue
    const message = store.message(String(message_id), destination === 'eu' ? 'eu' : 'us')
    if (message === undefined) wrong.push(`${message_id} never arrived, and is delivered`)
    else if (message.times > 1 && !model.hasRepeats) wrong.push(`${message_id} arrived twice`)
    else if (message.different > 0 && model.kind.call === 'identify') {
      wrong.push(`${message_id} said two things`)
    }
  }
  return wrong
}

/** Messages that arrived and are in no outcome, of whatever history. */
export async function unknownMessages({ sql, twin }: Bench): Promise<string[]> {
  const outcomes = await sql('SELECT DISTINCT message_id FROM main.customerio.outcomes')
  const known = new Set(outcomes.map(({ message_id }) => message_id))
  const received = twin.store.messages().map(({ messageId }) => messageId)
  return received.filter((id) => !known.has(id))
}
