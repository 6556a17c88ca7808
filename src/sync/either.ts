import { setMaxListeners } from 'node:events'

/** A signal that aborts as soon as one of them does. Every request in hand may listen to it. */
export function either(...signals: readonly (AbortSignal | undefined)[]): AbortSignal {
  const signal = AbortSignal.any(signals.filter((one) => one !== undefined))
  setMaxListeners(0, signal)
  return signal
}
