import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { type TaskKind, type TaskWords, taskWords } from '../../src/bundle/index.ts'
import { messageOf } from '../config/project.ts'
import { entryOf, jobsOf, nodeTasks, projectOf, told } from './a-bundle.ts'

const syncsOf = () => ['customers', 'orders']
const words = (kind: TaskKind, ...argv: string[]) => taskWords(kind, argv, syncsOf)
const command = (...words: string[]): TaskWords => ({ kind: 'command', words })

describe('the parameters of a job as a command line', () => {
  it('run the sync of the task', () => {
    expect(words('run', '--target', 'prod', 'sync=orders', 'share=0.5', 'mode=run')).toEqual(
      command('run', 'orders', '--share=0.5', '--target', 'prod'),
    )
  })

  it('mean nothing when they are empty', () => {
    const empty = ['mode=', 'syncs=', 'limit=', 'since= ', 'reason=', 'why=', 'confirm=']
    expect(words('run', 'sync=orders', ...empty)).toEqual(command('run', 'orders'))
  })

  it('plan instead of running', () => {
    expect(words('run', 'sync=orders', 'share=0.5', 'mode=plan')).toEqual(command('plan', 'orders'))
  })

  it('limit a run, and the plan of one', () => {
    expect(words('run', 'sync=orders', 'limit=100')).toEqual(
      command('run', 'orders', '--limit=100'),
    )
    expect(words('run', 'sync=orders', 'mode=plan', 'limit=100')).toEqual(
      command('plan', 'orders', '--limit=100'),
    )
    expect(words('slice plan', 'sync=orders', 'slices=2', 'limit=100')).toEqual(
      command('slice', 'plan', 'orders', '--slices=2', '--limit=100'),
    )
    expect(words('slice run', 'sync=orders', 'slice=1/2', 'limit=100')).toEqual(
      command('slice', 'run', 'orders', '--slice=1/2'),
    )
  })

  it('send dead letters again, those that are meant', () => {
    expect(
      words(
        'run',
        'sync=orders',
        'share=1',
        'mode=retry',
        'since=2026-01-31',
        'reason=too_large',
        'why=mended',
        'confirm=3f9a',
      ),
    ).toEqual(
      command(
        'replay',
        '--send',
        'orders',
        '--share=1',
        '--from=2026-01-31',
        '--reason=too_large',
        '--why=mended',
        '--confirm=3f9a',
      ),
    )
  })

  it('pass every confirmation, since each sync has its own', () => {
    expect(words('run', 'sync=orders', 'confirm=3f9a, 77bc')).toEqual(
      command('run', 'orders', '--confirm=3f9a', '--confirm=77bc'),
    )
  })

  it('do nothing in the tasks of syncs that were not named', () => {
    expect(words('run', 'sync=orders', 'syncs=customers')).toEqual({
      kind: 'nothing',
      because: 'orders is not among the syncs that were named',
    })
    expect(words('run', 'sync=orders', 'syncs=customers orders')).toEqual(command('run', 'orders'))
  })

  it('are refused where they name a sync that is none, or that the job does not have', () => {
    const names = (syncs: string) => () => words('run', 'sync=orders', `syncs=${syncs}`)
    expect(messageOf(names('custmers'))).toContain('did you mean "customers"?')
    expect(messageOf(names('orders,invoices'))).toContain('known: customers, orders')
  })

  it.each([
    ['a mode that is none', 'run', ['mode=replay'], 'mode is one of run, plan, retry'],
    [
      'a start in time of a run',
      'run',
      ['mode=run', 'since=2026-01-31'],
      'since means nothing in mode run',
    ],
    [
      'a confirmation of a plan',
      'run',
      ['mode=plan', 'confirm=3f9a'],
      'confirm means nothing in mode plan',
    ],
    [
      'a limit of what is sent again',
      'run',
      ['mode=retry', 'limit=9'],
      'limit means nothing in mode retry',
    ],
    ['a reference that was not filled in', 'run', ['mode={{job.parameters.mood}}'], 'misspelt'],
    ['a vacuum that is neither', 'maintain', ['vacuum=yes'], 'vacuum is true or false'],
  ] as const)('are refused with %s', (_, kind, argv, text) => {
    expect(messageOf(() => words(kind, ...argv))).toContain(text)
  })

  it('never stand in a message of an error, but for names of syncs', () => {
    const text = messageOf(() =>
      words('run', 'sync=orders', 'mode=run', 'why=because of jane@example.com'),
    )
    expect(text).not.toContain('jane')
  })

  it('give each task of a window in slices its part', () => {
    const given = ['sync=orders', 'share=0.5', 'slices=8', 'confirm=3f9a']
    expect(words('slice plan', ...given)).toEqual(
      command('slice', 'plan', 'orders', '--slices=8', '--confirm=3f9a'),
    )
    expect(words('slice run', ...given, 'slice=3/8')).toEqual(
      command('slice', 'run', 'orders', '--slice=3/8', '--share=0.5'),
    )
    expect(words('slice settle', ...given)).toEqual(command('slice', 'settle', 'orders'))
  })

  it('plan and retry a window in slices in one of its tasks', () => {
    const kinds = ['slice plan', 'slice run', 'slice settle'] as const
    const inMode = (mode: string) =>
      kinds.map((kind) => {
        const task = words(kind, 'sync=orders', 'share=1', mode)
        return task.kind === 'command' ? task.words.join(' ') : task.kind
      })
    expect(inMode('mode=plan')).toEqual(['plan orders', 'nothing', 'nothing'])
    expect(inMode('mode=retry')).toEqual(['nothing', 'nothing', 'replay --send orders --share=1'])
  })

  it('look first in the jobs that somebody starts by hand', () => {
    expect(words('replay', 'sync=orders', 'mode=')).toEqual(command('replay', 'orders'))
    expect(words('replay', 'sync=orders', 'mode=run')).toEqual(
      command('replay', '--send', 'orders'),
    )
    expect(words('reconcile', 'sync=orders', 'mode=plan')).toEqual(command('reconcile', 'orders'))
    expect(words('reconcile', 'sync=orders', 'mode=run', 'why=x')).toEqual(
      command('reconcile', '--enqueue', 'orders', '--why=x'),
    )
    expect(words('erase', 'mode=plan')).toEqual(command('erase', '--plan'))
    expect(words('erase', 'mode=run', 'why=asked', 'confirm=3f9a')).toEqual(
      command('erase', '--why=asked', '--confirm=3f9a'),
    )
    expect(words('maintain', 'mode=run', 'vacuum=true')).toEqual(command('maintain', '--vacuum'))
    expect(words('maintain', 'mode=plan', 'vacuum=false')).toEqual(command('maintain', '--dry-run'))
  })

  it('leave a plain command line as it is', () => {
    fc.assert(
      fc.property(fc.array(fc.string().filter((word) => !word.includes('='))), (argv) => {
        expect(words('slice run', ...argv)).toEqual(command('slice', 'run', ...argv))
      }),
    )
  })

  it('can begin with a dash and are no option for that', () => {
    expect(words('run', 'sync=orders', 'mode=retry', 'why=--send all')).toEqual(
      command('replay', '--send', 'orders', '--why=--send all'),
    )
  })
})

it('understands what every generated task says, with the values that its job declares', () => {
  const erase = 'erase: { table: p.q.r, person: { id: i }, kind: k, request: n }\n'
  const project = projectOf(
    ['a', 'b'],
    `${erase}jobs: { all: { syncs: [a, b], slices: { b: 3 } } }\n`,
  )
  const lines = Object.values(jobsOf(project)).flatMap((job) =>
    nodeTasks(job).flatMap((task) => {
      const values = new Map(job.parameters?.map(({ name, default: value }) => [name, value]))
      const argv = told(task).map((word) =>
        word
          .replace(/\{\{job\.parameters\.(\w+)\}\}/, (_, name) => values.get(name) ?? '?')
          .replace('{{input}}', '2'),
      )
      const entry = entryOf(task)
      const isSlice = entry === 'slice'
      if (['setup', 'doctor', 'report'].includes(entry)) return []
      const kind = (isSlice ? `slice ${argv[2]}` : entry) as TaskKind
      const { words = [] } = taskWords(kind, isSlice ? argv.toSpliced(2, 1) : argv, () => [
        'a',
        'b',
      ]) as { words?: string[] }
      return [words.filter((word) => !['--target', '${bundle.target}'].includes(word)).join(' ')]
    }),
  )
  expect(lines).toEqual([
    'run a --share=0.5',
    'slice plan b --slices=3',
    'slice run b --slice=2/3 --share=0.5',
    'slice settle b',
    'replay 2',
    'reconcile 2',
    'erase --plan',
    'maintain',
  ])
})
