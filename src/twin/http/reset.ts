import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/**
 * Remembers the server's TCP sockets, and returns a way to reset one (RST, not FIN). Under TLS a request knows only
 * the socket around it, and that one cannot be reset; the two have the client's port in common.
 */
export function rememberSockets(server: Server): (socket: Socket) => void {
  const raw = new Map<number | undefined, Socket>()
  server.on('connection', (socket: Socket) => {
    const port = socket.remotePort
    raw.set(port, socket)
    socket.once('close', () => raw.delete(port))
  })
  return (socket) => {
    raw.get(socket.remotePort)?.resetAndDestroy()
    socket.destroy()
  }
}
