import type { BatchFormat } from '../core/index.ts'
import { limits } from './limits.ts'

const utf8 = new TextEncoder()

/** The body of `POST /batch`. Context and integrations stand on each message: at the top they have no effect. */
export const batchFormat: BatchFormat = {
  head: utf8.encode('{"batch":['),
  tail: utf8.encode(']}'),
  maxMessageBytes: limits.messageBytes,
  maxBodyBytes: limits.batchBytes,
}
