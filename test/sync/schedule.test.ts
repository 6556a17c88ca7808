import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import type { JobSpec, ProjectSpec, SyncSpec } from '../../src/core/index.ts'
import { schedule, shareOf } from '../../src/sync/index.ts'

function aProject(names: readonly string[], after: JobSpec['after'] = {}): ProjectSpec {
  const syncs = names.map((name) => ({ name }) as SyncSpec)
  return { syncs, jobs: [{ name: 'all', syncs: names, after }] } as unknown as ProjectSpec
}
const order = (project: ProjectSpec, ...names: string[]) =>
  schedule(project, names).map(({ name }) => name)

describe('the schedule', () => {
  it('is all syncs as the files stand, when none is named', () => {
    expect(order(aProject(['b', 'a']))).toEqual(['b', 'a'])
  })

  it('is the named syncs, each once, in the order of the command line', () => {
    expect(order(aProject(['a', 'b', 'c']), 'c', 'a', 'c')).toEqual(['c', 'a'])
  })

  it('puts each sync after those it comes after, over several steps', () => {
    const project = aProject(['c', 'b', 'a'], { c: ['b'], b: ['a'] })
    expect(order(project)).toEqual(['a', 'b', 'c'])
    expect(order(project, 'c', 'b')).toEqual(['b', 'c'])
  })

  it('starts nothing that was not named', () => {
    expect(order(aProject(['a', 'b'], { b: ['a'] }), 'b')).toEqual(['b'])
  })

  it('knows a typo by its neighbour', () => {
    expect(() => order(aProject(['orders']), 'order')).toThrow(/did you mean "orders"/)
    expect(() => order(aProject(['orders']), 'people')).toThrow(/known: orders/)
  })

  it('keeps every "after" and loses nothing, for any order without a circle', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f']
    const edges = fc.array(fc.tuple(fc.nat(5), fc.nat(5)))
    fc.assert(
      fc.property(edges, fc.shuffledSubarray(names, { minLength: 6 }), (pairs, shuffled) => {
        const after: Record<string, string[]> = {}
        for (const [x, y] of pairs) {
          const [first, then] = x < y ? [x, y] : [y, x]
          if (first === then) continue
          const name = names[then]!
          after[name] = [...(after[name] ?? []), names[first]!]
        }
        const ordered = order(aProject(shuffled, after))
        expect([...ordered].sort()).toEqual(names)
        for (const [then, before] of Object.entries(after)) {
          for (const first of before) {
            expect(ordered.indexOf(first)).toBeLessThan(ordered.indexOf(then))
          }
        }
      }),
    )
  })
})

describe('the share of the budget', () => {
  const jobs = (...all: [share: number, ...syncs: string[]][]) =>
    ({ jobs: all.map(([share, ...syncs]) => ({ share, syncs })) }) as unknown as ProjectSpec
  const share = (project: ProjectSpec, ...names: string[]) =>
    shareOf(
      project,
      names.map((name) => ({ name })),
    )

  it('is that of the job a sync belongs to, and all of it for a sync without a job', () => {
    const project = jobs([0.3, 'a'], [0.7, 'b'])
    expect([share(project, 'a'), share(project, 'b'), share(project, 'c')]).toEqual([0.3, 0.7, 1])
  })

  it('is the least where a sync is in several jobs, and the largest of syncs that take turns', () => {
    const project = jobs([0.3, 'a'], [0.5, 'a', 'b'])
    expect(share(project, 'a')).toBe(0.3)
    expect(share(project, 'a', 'b')).toBe(0.5)
  })
})
