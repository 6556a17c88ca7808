import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import type { Parts } from '../../src/sync/index.ts'
import { type Bench, startBench } from '../support/bench.ts'
import { histories } from '../support/model/commands/index.ts'
import { modelProject, startHistory } from '../support/model/history.ts'
import { type Kind, modes } from '../support/model/sync-file.ts'
import { differences, heal, unknownMessages, wireDifferences } from '../support/model/verify.ts'

/*
 * Random histories of a source, its sync and their troubles, over the real product against the twin: at the end
 * Customer.io holds what the rows and the rules say, every row is accounted for, and nothing went twice.
 *
 * MODEL_RUNS=200 makes so many longer histories of each kind in place of a short one, and shrinks one that fails.
 * MODEL_SEED and MODEL_PATH (a failure prints them as seed and path), and MODEL_REPLAY (as replayPath) for one that was
 * shrunk, make one of them again, with the same MODEL_RUNS and one test chosen by -t.
 */
const { MODEL_RUNS, MODEL_SEED, MODEL_PATH, MODEL_REPLAY } = process.env
const isLong = MODEL_RUNS !== undefined
const runs = isLong ? Number(MODEL_RUNS) : 1
const steps = isLong ? 20 : 10

let bench: Bench
let parts: Parts
let number = 0
// The longer the history of the control tables, the longer a run: each kind of sync begins with new ones.
beforeEach(async () => {
  bench = await startBench()
  parts = await bench.ready(modelProject)
  await bench.sql('CREATE SCHEMA IF NOT EXISTS main.shop')
})
afterEach(async () => {
  await bench?.close()
})

/** Histories of one kind of sync; each has a table, a sync and ids of its own. */
async function hold(kinds: fc.Arbitrary<Kind>): Promise<void> {
  await fc.assert(
    fc.asyncProperty(kinds, histories(steps, MODEL_REPLAY), async (kind, commands) => {
      const history = await startHistory(bench, parts, ++number, kind)
      try {
        await fc.asyncModelRun(() => history, commands)
        await heal(history)
      } finally {
        bench.faults()
      }
      expect(differences(history)).toEqual([])
      expect(await wireDifferences(history)).toEqual([])
    }),
    {
      numRuns: runs,
      endOnFailure: !isLong,
      seed: seedOf(MODEL_SEED, MODEL_RUNS),
      ...(MODEL_PATH === undefined ? {} : { path: MODEL_PATH }),
    },
  )
  expect(await unknownMessages(bench)).toEqual([])
}

/** Whatever the control tables call rows and people, nothing else depends on it. */
const auditKey = fc.constantFrom<Kind['auditKey'][]>('hashed', 'plain')

const timeout = isLong ? runs * 600_000 : 120_000

describe('after any history, Customer.io holds what the rows and the rules say', () => {
  it.each(modes)(
    'of people, with changes: %s',
    async (mode) => {
      const onDelete = mode === 'cursor' ? ['ignore'] : ['delete', 'clear', 'ignore']
      await hold(
        fc.record({
          call: fc.constant('identify'),
          mode: fc.constant(mode),
          onDelete: fc.constantFrom(...(onDelete as Kind['onDelete'][])),
          auditKey,
        }),
      )
    },
    timeout,
  )

  it(
    'of events, whatever the changes',
    async () => {
      await hold(
        fc.record({
          call: fc.constant('track'),
          mode: fc.constantFrom(...modes),
          onDelete: fc.constant('ignore'),
          auditKey,
        }),
      )
    },
    timeout,
  )
})

/** The same short histories every time; a long search draws a seed of its own unless one is given. */
function seedOf(given: string | undefined, runs: string | undefined): number {
  if (given !== undefined) return Number(given)
  return runs === undefined ? 2 : Date.now() % 2 ** 31
}
