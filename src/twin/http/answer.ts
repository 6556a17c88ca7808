import type { ServerResponse } from 'node:http'
import type { DoorResponse } from './contract.ts'

/** Writes a door's answer. `truncate` stops it half way through its body: the length promised is never reached. */
export function writeAnswer(
  response: ServerResponse,
  answer: DoorResponse,
  truncate = false,
): Promise<void> {
  const body = bytesOf(answer.body)
  const headers: Record<string, string | number> = { ...answer.headers }
  if (answer.body !== undefined && !isText(answer.body)) {
    headers['content-type'] ??= 'application/json'
  }
  if (answer.status !== 204 && answer.status !== 304) headers['content-length'] ??= body.length
  response.writeHead(answer.status, headers)
  return new Promise((resolve) => {
    response.on('close', resolve)
    if (!truncate) return void response.end(body)
    response.flushHeaders()
    const stop = () => void response.socket?.destroy()
    const half = body.subarray(0, Math.floor(body.length / 2))
    if (half.length === 0) stop()
    else response.write(half, stop)
  })
}

function isText(body: Buffer | string | object): body is Buffer | string {
  return typeof body === 'string' || Buffer.isBuffer(body)
}

function bytesOf(body: DoorResponse['body']): Buffer {
  if (body === undefined) return Buffer.alloc(0)
  if (Buffer.isBuffer(body)) return body
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
}
