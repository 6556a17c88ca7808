import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { shareOfTask } from '../../src/bundle/share.ts'
import { width } from '../../src/bundle/width.ts'
import { projectOf } from './a-bundle.ts'

const letters = ['a', 'b', 'c', 'd', 'e', 'f']

/** Who waits for whom: each only for syncs that stand before it, so that nothing runs in a circle. */
const anAfter = fc
  .array(fc.array(fc.nat(5), { maxLength: 3 }), { minLength: 6, maxLength: 6 })
  .map((rows) =>
    Object.fromEntries(
      rows.map((row, i) => [
        String(letters[i]),
        [...new Set(row.filter((j) => j < i))].map((j) => String(letters[j])),
      ]),
    ),
  )

const waitsFor = (sync: string, other: string, after: Record<string, string[]>): boolean =>
  (after[sync] ?? []).some((before) => before === other || waitsFor(before, other, after))

/** All sets of syncs that may be at work together. */
function together(syncs: readonly string[], after: Record<string, string[]>): string[][] {
  const sets: string[][] = [[]]
  for (const sync of syncs) {
    const free = (one: string) => !waitsFor(sync, one, after) && !waitsFor(one, sync, after)
    sets.push(...sets.filter((set) => set.every(free)).map((set) => [...set, sync]))
  }
  return sets
}

it('is the size of the largest set of syncs of which none waits for another', () => {
  fc.assert(
    fc.property(anAfter, fc.subarray(letters), (after, syncs) => {
      const sizes = together(syncs, after).map(({ length }) => length)
      expect(width(syncs, { after })).toBe(Math.max(...sizes))
    }),
  )
})

it('never lets tasks that are at work together spend more than their job may', () => {
  const { syncs, jobs } = projectOf(letters, `jobs: { all: { syncs: [${letters}], share: 0.7 } }\n`)
  fc.assert(
    fc.property(anAfter, (after) => {
      const [all] = jobs
      if (all === undefined) throw new Error('the project has no job')
      const shares = new Map(
        letters.map((sync) => [sync, shareOfTask({ ...all, after }, sync, syncs)]),
      )
      for (const set of together(letters, after)) {
        const sum = set.reduce((total, sync) => total + (shares.get(sync) ?? 0), 0)
        expect(sum).toBeLessThanOrEqual(0.7 + 1e-9)
      }
    }),
  )
})

it('gives a sync the whole share when it is the only one that sends to its destination', () => {
  const project = projectOf(['a', 'b'], 'jobs: { all: { syncs: [a, b] } }\n')
  const [a, b] = project.syncs
  const [job] = project.jobs
  if (a === undefined || b === undefined || job === undefined) throw new Error('something is gone')
  const elsewhere = { ...b, send: { ...b.send, to: { kind: 'one', destination: 'eu' } as const } }
  expect([shareOfTask(job, 'a', [a, b]), shareOfTask(job, 'a', [a, elsewhere])]).toEqual([0.5, 1])
})
