import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'

/** What a sink has received so far. */
export interface Received {
  readonly requests: number
  /** Bytes of bodies. */
  readonly bytes: number
}

/** A server in a process of its own that throws away what it gets. */
export interface Sink {
  readonly url: string
  received(): Promise<Received>
  stop(): void
}

/** Starts this module as the sink's process: the module must call {@link serveSink} when {@link isSink}. */
export async function startSink(module: string): Promise<Sink> {
  const child = fork(new URL(module), ['sink'])
  const port = await answer<number>(child)
  return {
    url: `http://127.0.0.1:${port}`,
    async received() {
      child.send('received')
      return answer<Received>(child)
    },
    stop: () => child.disconnect(),
  }
}

/** True in the process that {@link startSink} started. */
export const isSink = process.argv[2] === 'sink'

/**
 * Reads as many bytes as Content-Length says and answers `200 {}`, on raw sockets: cheaper than any client that sends
 * to it. Lives until its parent lets go.
 */
export function serveSink(): void {
  const received = { requests: 0, bytes: 0 }
  const server = createServer((socket) => discard(socket, received))
  server.listen(0, '127.0.0.1', () => {
    const address = server.address()
    process.send?.(typeof address === 'object' ? address?.port : undefined)
  })
  process.on('message', () => process.send?.(received))
  process.on('disconnect', () => process.exit())
}

const ok = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}'
const lengthRequired = 'HTTP/1.1 411 Length Required\r\nconnection: close\r\n\r\n'

function discard(socket: Socket, received: { requests: number; bytes: number }): void {
  let left = 0
  let head = ''
  socket.on('data', (chunk: Buffer) => {
    for (let at = 0; at < chunk.length; ) {
      if (left === 0) {
        const end = chunk.indexOf('\r\n\r\n', at)
        if (end < 0) {
          head += chunk.toString('latin1', at)
          return
        }
        head += chunk.toString('latin1', at, end)
        const length = /content-length: (\d+)/i.exec(head)?.[1]
        if (length === undefined) return void socket.end(lengthRequired)
        left = Number(length)
        head = ''
        at = end + 4
      }
      const taken = Math.min(left, chunk.length - at)
      left -= taken
      at += taken
      received.bytes += taken
      if (left > 0) continue
      received.requests++
      socket.write(ok)
    }
  })
  socket.on('error', () => {})
}

async function answer<T>(child: ChildProcess): Promise<T> {
  const [message] = await once(child, 'message')
  return message as T
}
