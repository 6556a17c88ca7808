import { ConfigError, DestinationError, RunStopped, type SyncError } from '../core/index.ts'

/** What became of one message of a batch. */
export type MessageResult =
  | {
      /** Accepted in strict mode. */
      readonly status: 'delivered'
      readonly messageId: string
    }
  | {
      /**
       * `rejected`: wrong by itself, sending it again would not help. `undelivered`: nobody said no, but it did not
       * get through; sending it again, under the same id, is right.
       */
      readonly status: 'rejected' | 'undelivered'
      readonly messageId: string
      /**
       * Stable code: `message_invalid` and `message_too_large` (never sent), `http_400`, `timeout`, `reset`, …
       * (what the last request met), `after_undelivered` (an earlier message of the same identity is missing),
       * `unauthorized`, `destination_down`, `run_stopped`.
       */
      readonly reason: string
      /** Our own words, without any value of the message. */
      readonly text: string
    }

/** Why a message is not delivered. */
export type Failure = Exclude<MessageResult, { status: 'delivered' }>

/**
 * The error that a single call throws for a message that was not delivered. `ConfigError` `MESSAGE_INVALID` before
 * the wire; `DestinationError` `MESSAGE_REJECTED`, `MESSAGE_UNDELIVERED`, `UNAUTHORIZED` or `DESTINATION_DOWN`; `RunStopped`.
 */
export function errorOf({ status, reason, text }: Failure): SyncError {
  const http = /^http_(\d+)$/.exec(reason)?.[1]
  const context = { reason, ...(http === undefined ? {} : { status: Number(http) }) }
  if (isLocal(reason)) return new ConfigError('MESSAGE_INVALID', text, { context })
  if (reason === 'run_stopped') return new RunStopped(text)
  if (reason === 'unauthorized' || http === '401' || http === '403') {
    return new DestinationError('UNAUTHORIZED', unauthorized, { context })
  }
  if (reason === 'destination_down') {
    return new DestinationError('DESTINATION_DOWN', text, { context, disposition: 'retry' })
  }
  if (status === 'rejected') {
    return new DestinationError('MESSAGE_REJECTED', `${text}. It was not accepted.`, { context })
  }
  return new DestinationError(
    'MESSAGE_UNDELIVERED',
    `${text}. It was tried until the deadline; send it again under the same messageId.`,
    { context, disposition: 'retry' },
  )
}

const unauthorized = 'Customer.io refuses the key. Check the key and the region.'

/** Why messages are undelivered that the sending did not get to, by the code of the error that ended it. */
export const stopped: Readonly<Record<string, string>> = {
  UNAUTHORIZED: unauthorized,
  DESTINATION_DOWN: 'Customer.io has not answered for long; the sending was given up.',
  RUN_STOPPED: 'The sending was stopped by its signal; send the message again.',
}

function isLocal(reason: string): boolean {
  return reason === 'message_invalid' || reason === 'message_too_large'
}
