export type { DeviceCalls, ObjectCalls, PeopleCalls, Sent } from './calls.ts'
export { CustomerIO } from './customer-io.ts'
export type { CallOptions, CustomerIOOptions, RetryOptions } from './options.ts'
export { errorOf, type Failure, type MessageResult } from './result.ts'
