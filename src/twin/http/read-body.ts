import type { IncomingMessage } from 'node:http'

/** Marks a body that is larger than the server takes. */
export const tooLarge = Symbol('too large')

/** Reads a request's body whole; `undefined` when the client went away before its end. */
export function readBody(
  request: IncomingMessage,
  maxBytes: number,
): Promise<Buffer | typeof tooLarge | undefined> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let bytes = 0
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > maxBytes) {
        request.removeAllListeners('data').resume()
        resolve(tooLarge)
      } else chunks.push(chunk)
    })
    request.on('end', () => {
      const [only] = chunks
      resolve(chunks.length === 1 ? only : Buffer.concat(chunks, bytes))
    })
    request.on('error', () => resolve(undefined))
    request.on('close', () => resolve(undefined))
  })
}
