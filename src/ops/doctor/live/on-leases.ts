import { type Held, type Lease, leasesIn } from '../../../audit/index.ts'
import type { Bench, Experiment } from './experiment.ts'

const pair = { sync: 'live', destination: 'live' } as const
const ttlMs = 60_000
const names = (one: Lease | Held) => ('leaseId' in one ? 'lease' : 'held')

/** Leases: conditional updates of one row. */
export const leaseExperiments: readonly Experiment<Bench>[] = [
  {
    name: 'lease',
    fact: 'of two that take a lease by UPDATE at the same moment one gets it; it moves the checkpoint and gives the lease back',
    promises: [3, 5, 6],
    expected: 'held and lease, then window 1 and lease',
    async run({ warehouse, control, clock }) {
      const leases = leasesIn(warehouse, control, clock)
      await leases.ensure([pair])
      const both = await Promise.all(
        ['one', 'two'].map((owner) => leases.take({ ...pair, owner, ttlMs })),
      )
      const lease = both.find((one): one is Lease => 'leaseId' in one)
      const taken = both.map(names).sort().join(' and ')
      if (lease === undefined) return { seen: taken }
      const renewed = await leases.renew(lease)
      await leases.moveCheckpoint(renewed, { window: 1 })
      await leases.release(renewed)
      const next = await leases.take({ ...pair, owner: 'three', ttlMs })
      const window = (await leases.find(pair))?.position?.window
      return { seen: `${taken}, then window ${window} and ${names(next)}` }
    },
  },
]
