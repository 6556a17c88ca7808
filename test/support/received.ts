import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { until, type World } from './processes.ts'

/** One message as Customer.io received it, whoever sent it and whatever became of the sender. */
export interface Received {
  readonly messageId: string
  /** The message as it came, as JSON text. */
  readonly text: string
}

/**
 * Reads what a world's Customer.io has received since the last call: every message it took, in order, repeats
 * included, and all of it that its senders, dead or alive, have sent by now.
 */
export function journalOf(world: World): () => Promise<Received[]> {
  const path = join(world.data, 'customerio', 'received.jsonl')
  let from = 0
  let lines = 0
  const more = (): Line[] => {
    const file = openSync(path, 'r')
    try {
      const bytes = Buffer.alloc(fstatSync(file).size - from)
      readSync(file, bytes, 0, bytes.length, from)
      const whole = bytes.lastIndexOf('\n') + 1
      from += whole
      const texts = bytes.toString('utf8', 0, whole).split('\n')
      const found = texts.filter((text) => text !== '').map((text) => JSON.parse(text) as Line)
      lines += found.length
      return found
    } finally {
      closeSync(file)
    }
  }
  return async () => {
    const found: Line[] = []
    let requests = -1
    // Twice the same number: nobody sends any more. As many lines: all of it is written.
    await until(async () => {
      const last = requests
      requests = Number((await world.counts()).requests)
      found.push(...more())
      return requests === last && requests === lines
    })
    return found.flatMap(messagesOf)
  }
}

interface Line {
  readonly body?: { readonly batch?: readonly { readonly messageId: string }[] }
}

function messagesOf({ body }: Line): Received[] {
  return (body?.batch ?? []).map((message) => ({
    messageId: message.messageId,
    text: JSON.stringify(message),
  }))
}
