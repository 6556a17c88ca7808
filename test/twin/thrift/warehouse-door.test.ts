import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { createWarehouseDoor } from '../../../src/twin/thrift/index.ts'
import { types } from '../../../src/twin/thrift/message.ts'
import { DoorRig } from './door-rig.ts'
import { callMessage, knock, readReply } from './thrift-client.ts'

const { TStatusCode } = types
const minuteMs = 60_000

let rig: DoorRig
beforeEach(async () => {
  rig = await DoorRig.start()
})
afterEach(() => rig.close())

describe('at the door', () => {
  const request = (method: string, path: string, body: Buffer = Buffer.alloc(0)) => ({
    method,
    path,
    query: new URLSearchParams(),
    headers: {},
    body,
  })

  it('takes Thrift calls and downloads, and nothing else', () => {
    expect(rig.door.accepts(request('POST', '/sql/1.0/warehouses/abc123'))).toBe(true)
    expect(rig.door.accepts(request('GET', '/cloudfetch/x/0'))).toBe(true)
    expect(rig.door.accepts(request('GET', '/sql/1.0/warehouses/abc123'))).toBe(false)
    expect(rig.door.accepts(request('POST', '/api/2.0/sql/warehouses'))).toBe(false)
  })

  it('names each call after its Thrift method, and downloads CloudFetch', () => {
    const body = callMessage('OpenSession', {})
    expect(rig.door.label(request('POST', '/sql/1.0/warehouses/abc123', body))).toBe('OpenSession')
    expect(rig.door.label(request('GET', '/cloudfetch/x/0'))).toBe('CloudFetch')
    expect(rig.door.label(request('POST', '/sql/1.0/warehouses/abc123'))).toBe('unknown')
  })

  it('tells the text of the statement that a call brings', () => {
    const textOf = (name: string, fields: object) =>
      rig.door.statement?.(request('POST', '/sql/1.0/warehouses/abc123', callMessage(name, fields)))
    const sessionHandle = { sessionId: { guid: Buffer.alloc(16), secret: Buffer.alloc(16) } }
    expect(textOf('ExecuteStatement', { sessionHandle, statement: 'SELECT 1' })).toBe('SELECT 1')
    expect(textOf('OpenSession', {})).toBeUndefined()
    expect(rig.door.statement?.(request('GET', '/cloudfetch/x/0'))).toBeUndefined()
  })

  it.each([
    ['no token', { token: '' }, 401, 'UNAUTHENTICATED'],
    ['a wrong token', { token: 'bad' }, 403, 'PERMISSION_DENIED'],
    ['an unknown warehouse', { path: '/sql/1.0/warehouses/other' }, 404, 'RESOURCE_DOES_NOT_EXIST'],
  ])('refuses %s', async (_, more, code, word) => {
    const response = await knock(rig.door, callMessage('OpenSession', {}), more)
    expect(response.status).toBe(code)
    expect(response.body).toMatchObject({ error_code: word })
    expect(response.headers?.['x-thriftserver-error-message']).toContain(word)
  })

  it('answers 400 to what is no Thrift call, or is cut short', async () => {
    const message = callMessage('OpenSession', { configuration: { a: 'b' } })
    expect((await knock(rig.door, Buffer.from('{}'))).status).toBe(400)
    for (let length = 0; length < message.length; length++) {
      expect((await knock(rig.door, message.subarray(0, length))).status).toBe(400)
    }
  })

  it('starts a stopped warehouse, and answers 503 until it runs', async () => {
    let state = 'STOPPED'
    const cold = createWarehouseDoor({
      engine: rig.engine,
      clock: rig.clock,
      authorize: () => true,
      warehouses: [
        {
          id: 'abc123',
          state: () => state,
          start: () => {
            state = 'STARTING'
          },
        },
      ],
      linkBase: () => '',
    })
    const message = callMessage('OpenSession', {})
    expect((await knock(cold, message)).status).toBe(503)
    expect(state).toBe('STARTING')
    expect((await knock(cold, message)).status).toBe(503)
    state = 'RUNNING'
    expect((await knock(cold, message)).status).toBe(200)
    await cold.close()
  })
})

describe('sessions', () => {
  it('speak protocol V8 and echo what they were given', async () => {
    const reply = await rig.call('OpenSession', {
      initialNamespace: { catalogName: 'main', schemaName: 'gold' },
      configuration: { ansi_mode: 'true' },
    })
    expect(reply.serverProtocolVersion).toBe(42248)
    expect(reply.configuration).toEqual({ ansi_mode: 'true' })
    expect(reply.initialNamespace).toMatchObject({ catalogName: 'main', schemaName: 'gold' })
  })

  it('are unknown once closed, and give every connection back', async () => {
    const session = await rig.open()
    const { operationHandle } = await rig.execute(session, 'FROM range(5000)')
    await rig.ended(operationHandle)
    expect(rig.engine.lent()).toBe(1)
    await rig.call('CloseSession', { sessionHandle: session })
    expect(rig.engine.lent()).toBe(0)
    const reply = await rig.execute(session, 'SELECT 1')
    expect(reply.status.statusCode).toBe(TStatusCode.ERROR_STATUS)
    expect(reply.status.errorMessage).toMatch(
      /^Invalid SessionHandle: SessionHandle \[[0-9a-f-]{36}\]$/,
    )
  })

  it('expire by fault, and after an hour untouched', async () => {
    const first = await rig.open()
    expect(
      (await rig.execute(first, 'SELECT 1', {}, 'expire-session')).status.errorMessage,
    ).toContain('Invalid SessionHandle')
    expect((await rig.execute(first, 'SELECT 1')).status.errorMessage).toContain(
      'Invalid SessionHandle',
    )
    const second = await rig.open()
    rig.clock.move(61 * minuteMs)
    expect((await rig.execute(second, 'SELECT 1')).status.errorMessage).toContain(
      'Invalid SessionHandle',
    )
  })

  it('say what they are, and refuse what they do not know', async () => {
    const sessionHandle = await rig.open()
    const name = await rig.call('GetInfo', {
      sessionHandle,
      infoType: types.TGetInfoType.CLI_DBMS_NAME,
    })
    expect(name.infoValue.stringValue).toBe('Spark SQL')
    const other = await rig.call('GetInfo', {
      sessionHandle,
      infoType: types.TGetInfoType.CLI_USER_NAME,
    })
    expect(other.status.statusCode).toBe(TStatusCode.ERROR_STATUS)
    const tables = await rig.call('GetTables', { sessionHandle })
    expect(tables.status).toMatchObject({ statusCode: TStatusCode.ERROR_STATUS, sqlState: '0A000' })
  })
})

it('answers a method it has never heard of as Thrift does', async () => {
  const body = callMessage('OpenSession', {})
  const unknown = Buffer.from(body)
  unknown.write('OpenSessioM', 8)
  const response = await knock(rig.door, unknown)
  expect(() => readReply('OpenSession', response.body as Buffer)).toThrow('message type 3')
})
