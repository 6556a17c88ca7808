import { thrift } from '@databricks/sql'
import { ThriftReader } from './thrift-reader.ts'
import { ThriftWriter } from './thrift-writer.ts'

/** The driver's own service definition: request and reply classes, and the enums on the wire. */
export const types = thrift.TCLIService_types

/** One method of the service. Exactly one argument: the generated code looks at the function's length. */
export type Method = (request: never) => Promise<object>

/** Reads the method name from a message's header without parsing the rest; undefined when it is no Thrift message. */
export function methodOf(message: Buffer): string | undefined {
  try {
    return new ThriftReader(message).readMessageBegin().fname
  } catch {
    return undefined
  }
}

/** Parses a call, runs its method and returns the reply's bytes. Rejects when the message cannot be parsed. */
export function answerCall(
  message: Buffer,
  methods: Readonly<Record<string, Method>>,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const processor = new thrift.TCLIService.Processor(methods)
    try {
      processor.process(new ThriftReader(message), new ThriftWriter(resolve))
    } catch (error) {
      reject(error)
    }
  })
}
