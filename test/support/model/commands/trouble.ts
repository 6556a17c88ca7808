import fc from 'fast-check'
import { attempt } from '../attempt.ts'
import type { History } from '../history.ts'
import { type Command, command } from './command.ts'

const batch = 'customerio:POST /v1/batch'

/** Customer.io fails once or twice, and takes some of that all the same; the run gets over it. */
const hiccups = fc
  .record({
    fault: fc.constantFrom('status=500', 'reset=before', 'reset=after', 'status=503,accepted'),
    times: fc.integer({ min: 1, max: 2 }),
  })
  .map(({ fault, times }) =>
    command(`run, ${fault} ${times} times`, async (history) => {
      history.real.bench.faults(`${batch}:${fault},times=${times}`)
      await attempt(history, { isUnsure: true })
      history.real.bench.faults()
    }),
  )

/** Tried for a moment only, and never taken for down: what fails is given up, and the window closes. */
const givesUp = {
  backoff: { firstMs: 5, mostMs: 20 },
  deadlineMs: 60,
}

/** Taken for down after two failures: the window stays open. */
const isDown = {
  backoff: { firstMs: 5, mostMs: 20 },
  breaker: {
    failuresInRow: 2,
    failedShare: 1,
    leastAnswers: 50,
    spanMs: 30_000,
    probeAfterMs: 10,
    mostOpenMs: 40,
  },
}

/** A run while Customer.io, or one region of it, fails. */
export async function outage(
  history: History,
  fault: string,
  where: string,
  isPatient: boolean,
): Promise<void> {
  const { bench } = history.real
  bench.faults(`${batch}:${fault}${where}`)
  await attempt(history, {
    parts: (parts) => ({
      ...parts,
      deliveryLimits: { ...parts.deliveryLimits, ...(isPatient ? isDown : givesUp) },
    }),
    mayFail: ['DESTINATION_DOWN'],
    mayGiveUp: true,
    isUnsure: fault.includes('accepted') || fault.includes('after'),
  })
  bench.faults()
}

const outages = fc
  .record({
    fault: fc.constantFrom('status=500', 'reset=before', 'reset=after', 'status=503,accepted'),
    where: fc.constantFrom('', ',address=eu', ',address=us'),
    isPatient: fc.boolean(),
  })
  .map(({ fault, where, isPatient }) =>
    command(`run in an outage ${fault}${where}${isPatient ? '' : ', giving up'}`, (history) =>
      outage(history, fault, where, isPatient),
    ),
  )

/** Failures of Customer.io. */
export const troubleCommands: [number, fc.Arbitrary<Command>][] = [
  [1, hiccups],
  [3, outages],
]
