import { thrift } from '@databricks/sql'
import { ThriftReader } from './thrift-reader.ts'
import { ThriftWriter } from './thrift-writer.ts'
import { tag } from './wire.ts'

/** The driver's own service definition: request and reply classes, and the enums on the wire. */
export const types = thrift.TCLIService_types

/** The statement's text in TExecuteStatementReq. */
const statementField = 2

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

/**
 * Reads the text of the statement from an ExecuteStatement call without parsing the rest; undefined for any other
 * message.
 */
export function statementOf(message: Buffer): string | undefined {
  try {
    const reader = new ThriftReader(message)
    if (reader.readMessageBegin().fname !== 'ExecuteStatement') return undefined
    reader.readFieldBegin()
    for (let field = reader.readFieldBegin(); field.ftype !== tag.stop; ) {
      if (field.fid === statementField) return reader.readString()
      reader.skip(field.ftype)
      field = reader.readFieldBegin()
    }
    return undefined
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
