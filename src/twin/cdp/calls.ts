import type { MessageType } from '../../core/index.ts'

/** One of the seven calls; a batch has no type of its own. */
export interface Call {
  readonly name: MessageType | 'batch'
  readonly type?: MessageType
}

const types: readonly MessageType[] = ['identify', 'track', 'page', 'screen', 'group', 'alias']
const calls: ReadonlyMap<string, Call> = new Map([
  ['/v1/batch', { name: 'batch' }],
  ...types.map((type): [string, Call] => [`/v1/${type}`, { name: type, type }]),
])

/** The call at a path. */
export function callOf(path: string): Call | undefined {
  return calls.get(path)
}

/** The message type a word names, if it names one. */
export function messageTypeOf(word: unknown): MessageType | undefined {
  return types.find((type) => type === word)
}

/** The message types, for sentences. */
export const messageTypes: string = types.join(', ')
