import { createWarehouseDoor, type WarehouseDoor } from '../../../src/twin/thrift/index.ts'
import { types } from '../../../src/twin/thrift/message.ts'
import { type DuckEngine, duckEngine } from './duck-engine.ts'
import { HandClock } from './hand-clock.ts'
import { call, type Reply } from './thrift-client.ts'

/** A door on an engine and a clock of its own, and the calls a driver makes there. */
export class DoorRig {
  readonly engine: DuckEngine
  readonly clock = new HandClock()
  readonly door: WarehouseDoor

  private constructor(engine: DuckEngine) {
    this.engine = engine
    this.door = createWarehouseDoor({
      engine,
      clock: this.clock,
      authorize: ({ authorization }) => authorization === 'Bearer good',
      warehouses: [{ id: 'abc123' }],
      linkBase: () => 'https://localhost:1',
      pageRows: 1000,
      cloudFetchMinRows: 2000,
      cloudFetchFileRows: 3000,
    })
  }

  static async start(): Promise<DoorRig> {
    return new DoorRig(await duckEngine())
  }

  async close(): Promise<void> {
    await this.door.close()
    this.engine.close()
  }

  call(name: string, request: object, fault?: string): Promise<Reply> {
    return call(this.door, name, request, fault)
  }

  async open(configuration: Record<string, string> = {}): Promise<Reply> {
    return (await this.call('OpenSession', { configuration })).sessionHandle
  }

  execute(sessionHandle: Reply, statement: string, more: object = {}, fault?: string) {
    const arrow = { canReadArrowResult: true, useArrowNativeTypes: { complexTypesAsArrow: true } }
    return this.call('ExecuteStatement', { sessionHandle, statement, ...arrow, ...more }, fault)
  }

  status(operationHandle: Reply): Promise<Reply> {
    return this.call('GetOperationStatus', { operationHandle })
  }

  fetchNext(operationHandle: Reply, maxRows = 100_000, fault?: string): Promise<Reply> {
    return this.call('FetchResults', { operationHandle, maxRows, orientation: 0 }, fault)
  }

  /** Asks for the status until the statement is over. */
  async ended(operationHandle: Reply): Promise<Reply> {
    for (;;) {
      const reply = await this.status(operationHandle)
      if (reply.operationState !== types.TOperationState.RUNNING_STATE) return reply
      await new Promise(setImmediate)
    }
  }
}
