import { type Clock, systemClock } from '../../src/core/index.ts'

/** Time that runs so many times as fast as it does: for waits that are seconds in earnest, beside real sockets. */
export function fastClock(times: number): Clock {
  const start = systemClock.now()
  return {
    now: () => start + (systemClock.now() - start) * times,
    sleep: (ms, signal) => systemClock.sleep(ms / times, signal),
  }
}
