import { describe, expect, it } from '@jest/globals'
import { loadProject } from '../../src/config/index.ts'
import { aProject, aProjectFile, aSyncFile, codesIn, messageOf } from './project.ts'

const both = `${aProjectFile}  eu: { region: eu, key: env://KEY }\n`
const to = (name: string, destination: string) =>
  aSyncFile(name).replace('  person:', `  to: ${destination}\n  person:`)

const files = (jobs: string) => ({
  'customerio.yml': `${both}jobs:\n${jobs}`,
  'syncs/a.yml': to('a', 'us'),
  'syncs/b.yml': to('b', 'us'),
  'syncs/c.yml': to('c', 'eu'),
  'syncs/d.yml': to('d', '{ by: region, routes: { EU: eu }, else: us }'),
})

describe('shares of the request budget', () => {
  it('are the whole for a job that states none, and as stated otherwise', () => {
    const { jobs } = loadProject(
      aProject(files('  one: { syncs: [a], share: 0.25 }\n  two: { syncs: [c] }\n')),
    )
    expect(jobs.map(({ name, share }) => [name, share])).toEqual([
      ['one', 0.25],
      ['two', 1],
    ])
  })

  it('may be left out by all jobs of a destination', () => {
    expect(codesIn(files('  one: { syncs: [a] }\n  two: { syncs: [b] }\n'))).toEqual([])
  })

  it('may add up to the whole, tenths too', () => {
    const tenths = [0.7, 0.1, 0.2].map((share, i) => `  j${i}: { syncs: [a], share: ${share} }\n`)
    expect(codesIn(files(tenths.join('')))).toEqual([])
  })

  it('may not add up to more: the jobs are named', () => {
    const project = files('  one: { syncs: [a], share: 0.6 }\n  two: { share: 0.5, syncs: [b] }\n')
    expect(codesIn(project)).toEqual(['shares_exceed_budget customerio.yml:7:17'])
    expect(messageOf(() => loadProject(aProject(project)))).toContain(
      'the shares of "us" add up to 1.1: one (0.6), two (0.5)',
    )
  })

  it('leave nothing for a job that states none', () => {
    const project = files('  one: { syncs: [a], share: 0.5 }\n  two: { syncs: [b] }\n')
    expect(messageOf(() => loadProject(aProject(project)))).toContain(
      'the shares of "us" add up to 1.5: one (0.5), two (1, none stated)',
    )
  })

  it('count for every destination by itself', () => {
    expect(
      codesIn(files('  one: { syncs: [a], share: 1 }\n  two: { syncs: [c], share: 1 }\n')),
    ).toEqual([])
  })

  it('count for every destination that a route reaches', () => {
    const project = files(
      '  one: { syncs: [a], share: 0.6 }\n  two: { syncs: [c], share: 0.6 }\n  three: { syncs: [d], share: 0.6 }\n',
    )
    expect(codesIn(project)).toHaveLength(2)
  })

  it.each([0, -0.5, 1.1])('are never %d', (share) => {
    expect(codesIn(files(`  one: { share: ${share}, syncs: [a] }\n`))[0]).toMatch(
      /^too_(small|big) customerio\.yml:6:17$/,
    )
  })
})
