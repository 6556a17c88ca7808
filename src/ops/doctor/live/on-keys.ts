import type { Answer } from '../../../core/index.ts'
import type { Experiment, Seen, Stage } from './experiment.ts'
import { said } from './messages.ts'

/** What is wrong with the answer to a key that should be refused: 401 and 403 are as good. */
const refusedFor = (answer: Answer): Seen => ({
  isExpected: answer.verdict === 'unauthorized',
  seen: said(answer),
})

/** Keys and regions: what doctor and REGION_MISMATCH go by. */
export const keyExperiments: readonly Experiment<Stage>[] = [
  {
    name: 'key-is-known',
    fact: 'a message that names nobody is refused with 400 in strict mode where the key is known',
    promises: [2],
    expected: '400',
    async run({ destination }) {
      const answer = await destination.knock()
      return { isExpected: answer.status === 400, seen: said(answer) }
    },
  },
  {
    name: 'key-comes-first',
    fact: 'the same message under a key that nobody has is refused for the key: 401 or 403',
    promises: [2],
    expected: '401 or 403',
    async run({ client }) {
      const stranger = client('customerio-jobs-doctor-no-such-key')
      try {
        return refusedFor(await stranger.knock(AbortSignal.timeout(10_000)))
      } finally {
        await stranger.close()
      }
    },
  },
  {
    name: 'other-region',
    fact: 'the other region refuses a key that is not its own, and does not swallow what comes under it with a 200',
    promises: [2, 7],
    expected: '401 or 403',
    async run({ destination }) {
      const answer = await destination.knockElsewhere()
      return answer === undefined
        ? { seen: 'the address of the other region is not known' }
        : refusedFor(answer)
    },
  },
]
