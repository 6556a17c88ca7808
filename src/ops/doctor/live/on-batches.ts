import type { Experiment, Stage } from './experiment.ts'
import { messages, said } from './messages.ts'

/** Batches: what strict mode takes and refuses. */
export const batchExperiments: readonly Experiment<Stage>[] = [
  {
    name: 'good-batch',
    fact: 'a batch of calls about one person is accepted in strict mode, each with its own messageId',
    promises: [2, 3],
    expected: '200',
    async run(stage) {
      const { identify, track, send } = messages(stage)
      const answer = await send(identify({ city: 'Oslo' }), track('Live Good'))
      return {
        isExpected: answer.status === 200,
        seen: said(answer),
        look: 'the attribute city is Oslo, and there is one event "Live Good"',
      }
    },
  },
  {
    name: 'mixed-batch',
    fact: 'one bad message makes strict mode refuse the batch with 400, and each alone shows which one it was',
    promises: [1, 2],
    expected: '400 together, then 200 and 400',
    async run(stage) {
      const { track, send } = messages(stage)
      const good = track('Live Mixed')
      const { event: _, ...bad } = track('Live Mixed')
      const together = await send(good, bad)
      const [alone, culprit] = [await send(good), await send(bad)]
      return {
        isExpected: together.status === 400 && alone.status === 200 && culprit.status === 400,
        seen: `together ${said(together)}, the good one ${said(alone)}, the bad one ${said(culprit)}`,
        look: 'there is exactly one event "Live Mixed": the batch as a whole was refused, or the repeat was recognized',
      }
    },
  },
  {
    name: 'large-message',
    fact: 'a message over 32 KB is refused in strict mode, not answered with 200 and dropped',
    promises: [2],
    expected: '400 or 413',
    async run(stage) {
      const { track, send } = messages(stage)
      const answer = await send(track('Live Large', { filler: 'x'.repeat(40_000) }))
      return { isExpected: answer.status === 400 || answer.status === 413, seen: said(answer) }
    },
  },
  {
    name: 'large-batch',
    fact: 'a batch over 500 KB is refused in strict mode, not answered with 200 and dropped',
    promises: [2],
    expected: '400 or 413',
    async run(stage) {
      const { track, send } = messages(stage)
      const many = Array.from({ length: 18 }, () =>
        track('Live Large', { filler: 'x'.repeat(30_000) }),
      )
      const answer = await send(...many)
      return { isExpected: answer.status === 400 || answer.status === 413, seen: said(answer) }
    },
  },
]
