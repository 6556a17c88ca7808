import type { Answer } from '../../../core/index.ts'
import type { Experiment, Seen, Stage } from './experiment.ts'
import { messages, said } from './messages.ts'

const dayMs = 86_400_000

/** All accepted; what became of it, Customer.io shows. */
function accepted(answers: readonly Answer[], look: string): Seen {
  return {
    seen: answers.map(said).join(', then '),
    look,
  }
}

/** What accepted messages do: the API gives nothing back, so a person looks. */
export const personExperiments: readonly Experiment<Stage>[] = [
  {
    name: 'repeated-event',
    fact: 'an event that is sent again under the same messageId is accepted, and counted once',
    promises: [3, 6],
    expected: '200, then 200',
    async run(stage) {
      const { track, send } = messages(stage)
      const event = track('Live Repeated')
      const answers = [await send(event), await send(event)]
      return accepted(answers, 'there is one event "Live Repeated", not two')
    },
  },
  {
    name: 'null-trait',
    fact: 'a trait that is null removes the attribute; one that is left out stays',
    promises: [4],
    expected: '200, then 200',
    async run(stage) {
      const { identify, send } = messages(stage)
      const answers = [
        await send(identify({ kept: 'yes', cleared: 'yes', emptied: 'yes' })),
        await send(identify({ cleared: null, emptied: '' })),
      ]
      return accepted(
        answers,
        'the attribute kept is "yes", cleared is gone, and emptied is empty or gone',
      )
    },
  },
  {
    name: 'old-timestamp',
    fact: 'an identify with a timestamp before the last one does not set attributes back, which is why none is sent',
    promises: [4],
    expected: '200, then 200',
    async run(stage) {
      const { identify, send } = messages(stage)
      const timestamp = new Date(stage.clock.now() - 10 * dayMs).toISOString()
      const answers = [
        await send(identify({ plan: 'new' })),
        await send(identify({ plan: 'old' }, { timestamp })),
      ]
      return accepted(answers, 'the attribute plan: "new" means that old ones are ignored')
    },
  },
  {
    name: 'long-value',
    fact: 'an attribute value over 1000 bytes is accepted, and then cut or left out: hence the limits of sync files',
    promises: [2],
    expected: '200',
    async run(stage) {
      const { identify, send } = messages(stage)
      const answers = [await send(identify({ long: 'x'.repeat(1_001) }))]
      return accepted(answers, 'the attribute long: missing, cut to 1000, or whole')
    },
  },
]
