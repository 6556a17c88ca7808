import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { type Clock, isError } from '../../core/index.ts'
import { writeAnswer } from './answer.ts'
import type { Door, DoorName, DoorRequest, DoorResponse } from './contract.ts'
import type { Fault, FaultPlan } from './fault.ts'
import { readBody, tooLarge } from './read-body.ts'

/** One exchange, told after its answer has left (or could not). */
export interface Seen {
  readonly address: string
  readonly door: DoorName | undefined
  readonly label: string | undefined
  /** The status answered; absent when the connection was reset. */
  readonly status: number | undefined
  readonly bytes: number
}

/** What answers the requests of one address. */
export interface Desk {
  readonly address: string
  readonly doors: readonly Door[]
  readonly faults: FaultPlan
  readonly clock: Clock
  readonly maxBodyBytes: number
  readonly onRequest: (seen: Seen) => void
  /** Ends the delays of faults when the server closes for good. */
  readonly ended: AbortSignal
  /** Resets a connection (RST). */
  readonly reset: (socket: Socket) => void
}

/** Takes one request from its first byte to the last of its answer. Never rejects. */
export async function exchange(
  desk: Desk,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const body = await readBody(incoming, desk.maxBodyBytes)
    if (body === undefined) return
    if (body === tooLarge) return await writeAnswer(response, { status: 413 })
    await answerTo(desk, asDoorRequest(incoming, body), incoming.socket, response)
  } catch (error) {
    if (response.headersSent) response.destroy()
    else await writeAnswer(response, failed(error))
  }
}

async function answerTo(
  desk: Desk,
  request: DoorRequest,
  socket: Socket,
  response: ServerResponse,
): Promise<void> {
  const { address } = desk
  const door = desk.doors.find((one) => one.accepts(request))
  if (door === undefined) return await writeAnswer(response, nobody(address, request))
  const label = door.label(request)
  const call = { door: door.name, address, label, statement: door.statement?.(request) }
  const fault = door.name === 'control' ? undefined : desk.faults.decide(call)
  const answer = await answerUnder(fault, door, request, desk)
  if (answer === undefined) desk.reset(socket)
  else await writeAnswer(response, answer, fault?.truncate)
  const bytes = request.body.length
  desk.onRequest({ address, door: door.name, label, status: answer?.status, bytes })
}

/** What the client gets: `undefined` is a reset. */
async function answerUnder(
  fault: Fault | undefined,
  door: Door,
  request: DoorRequest,
  { clock, ended }: Desk,
): Promise<DoorResponse | undefined> {
  if (fault === undefined) return await door.handle(request)
  const { delayMs, status, accepted, reset, act, headers = {}, body = '' } = fault
  if (delayMs !== undefined) await clock.sleep(delayMs, ended)
  if (reset === 'before') return undefined
  const instead = status === undefined ? undefined : { status, headers, body }
  if (instead !== undefined && !accepted) return instead
  const own = await door.handle(act === undefined ? request : { ...request, fault: act })
  if (fault.delayAfterMs !== undefined) {
    fault.onHeld?.()
    await clock.sleep(fault.delayAfterMs, ended)
  }
  return reset === 'after' ? undefined : (instead ?? own)
}

function asDoorRequest(incoming: IncomingMessage, body: Buffer): DoorRequest {
  const url = incoming.url ?? '/'
  const mark = url.indexOf('?')
  return {
    method: incoming.method ?? 'GET',
    path: mark < 0 ? url : url.slice(0, mark),
    query: new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1)),
    // Only `set-cookie` is ever a list, and no client sends it.
    headers: incoming.headers as DoorRequest['headers'],
    body,
  }
}

function nobody(address: string, { method, path }: DoorRequest): DoorResponse {
  return {
    status: 404,
    body: { message: `The twin's ${address} address has no ${method} ${path}.` },
  }
}

function failed(error: unknown): DoorResponse {
  const message = isError(error) ? error.message : String(error)
  return {
    status: 500,
    body: { error_code: 'INTERNAL_ERROR', message: `The twin failed: ${message}` },
  }
}
