import type { Door, DoorResponse } from '../../../src/twin/http/contract.ts'
import { types } from '../../../src/twin/thrift/message.ts'
import { ThriftReader } from '../../../src/twin/thrift/thrift-reader.ts'
import { ThriftWriter } from '../../../src/twin/thrift/thrift-writer.ts'

/** A reply as the tests look into it: any depth of fields, looked up by name. */
// biome-ignore lint/suspicious/noExplicitAny: the driver's generated classes are looked up by name
export type Reply = any

type Struct = { write(output: ThriftWriter): void; read(input: ThriftReader): void }

/** A Thrift call as bytes, written with the driver's own classes. */
export function callMessage(name: string, request: object): Buffer {
  const Request = types[`T${name}Req` as keyof typeof types] as unknown as new (
    fields: object,
  ) => Struct
  let bytes: Buffer = Buffer.alloc(0)
  const writer = new ThriftWriter((message) => {
    bytes = message
  })
  writer.writeMessageBegin(name, 1, 7)
  writer.writeFieldBegin('req', 12, 1)
  new Request(request).write(writer)
  writer.writeFieldStop()
  writer.flush()
  return bytes
}

/** A reply's struct, read with the driver's own classes. */
export function readReply(name: string, body: Buffer): Reply {
  const Struct = types[`T${name}Resp` as keyof typeof types] as unknown as new () => Struct
  const reader = new ThriftReader(body)
  const { mtype, rseqid } = reader.readMessageBegin()
  if (mtype !== 2 || rseqid !== 7) throw new Error(`message type ${mtype}, sequence ${rseqid}`)
  reader.readFieldBegin()
  const reply = new Struct()
  reply.read(reader)
  return reply
}

/** A request to the door at `path`. */
export function knock(
  door: Door,
  body: Buffer,
  more: { path?: string; token?: string; fault?: string } = {},
): Promise<DoorResponse> {
  const { path = '/sql/1.0/warehouses/abc123', token = 'good', fault } = more
  return door.handle({
    method: 'POST',
    path,
    query: new URLSearchParams(),
    headers: token === '' ? {} : { authorization: `Bearer ${token}` },
    body,
    ...(fault === undefined ? {} : { fault }),
  })
}

/** Calls a method and reads its reply; HTTP refusals throw. */
export async function call(
  door: Door,
  name: string,
  request: object,
  fault?: string,
): Promise<Reply> {
  const response = await knock(
    door,
    callMessage(name, request),
    fault === undefined ? {} : { fault },
  )
  if (response.status !== 200) throw new Error(`HTTP ${response.status}`)
  return readReply(name, response.body as Buffer)
}
