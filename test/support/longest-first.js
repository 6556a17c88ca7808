import { statSync } from 'node:fs'
import { basename } from 'node:path'

/** What takes longest, longest first: started last, one of them would keep a single core busy at the end. */
const longest = [
  'changes',
  'guides',
  'erase',
  'slices',
  'backfill',
  'crash',
  'brakes',
  'maintain',
  'plan',
  'calls',
  'resume',
  'commands',
  'explain',
  'model',
  'demo',
  'project',
  'faults',
]

/** The order in which Jest starts test files: the longest first, all others by their size. */
// biome-ignore lint/style/noDefaultExport: Jest wants the sequencer as the default export.
export default class LongestFirst {
  sort(tests) {
    const rank = ({ path }) => {
      const isLong = /\/(integration|e2e)\//.test(path)
      const place = longest.indexOf(basename(path).replace(/\.test\.ts$/, ''))
      return isLong && place >= 0 ? place : longest.length + (isLong ? 0 : 1)
    }
    const size = ({ path }) => statSync(path).size
    return [...tests].sort((a, b) => rank(a) - rank(b) || size(b) - size(a))
  }

  shard(tests) {
    return tests
  }

  allFailedTests(tests) {
    return tests
  }

  cacheResults() {}
}
