import { describe, expect, it } from '@jest/globals'
import { fillIn, inputReferences } from '../../../src/twin/workspace/runs/references.ts'
import { settingsOf } from '../../../src/twin/workspace/runs/settings.ts'
import { createTail } from '../../../src/twin/workspace/runs/tail.ts'
import { overall, type Result, verdict } from '../../../src/twin/workspace/runs/verdict.ts'

describe('references', () => {
  it('are filled in where they are known, and stay as they are written elsewhere', () => {
    const known = { 'job.id': '7', 'job.parameters.mode': 'plan {{job.id}}' }
    expect(fillIn('{{job.id}}/mode={{job.parameters.mode}}/{{job.idd}}/{{', known)).toBe(
      '7/mode=plan {{job.id}}/{{job.idd}}/{{',
    )
    expect(fillIn('{{toString}}', known)).toBe('{{toString}}')
  })

  it('to inputs give text as it is, anything else as JSON, and each field of an object', () => {
    expect(inputReferences('orders')).toEqual({ input: 'orders' })
    expect(inputReferences({ sync: 'orders', part: 2 })).toEqual({
      input: '{"sync":"orders","part":2}',
      'input.sync': 'orders',
      'input.part': '2',
    })
  })
})

describe('a task', () => {
  const cases: [Parameters<typeof verdict>[0], Result[], ReturnType<typeof verdict>][] = [
    ['ALL_SUCCESS', [], 'run'],
    ['ALL_SUCCESS', ['SUCCESS', 'EXCLUDED'], 'run'],
    ['ALL_SUCCESS', ['SUCCESS', 'FAILED'], 'UPSTREAM_FAILED'],
    ['ALL_SUCCESS', ['UPSTREAM_FAILED'], 'UPSTREAM_FAILED'],
    ['ALL_SUCCESS', ['FAILED', 'CANCELED'], 'UPSTREAM_CANCELED'],
    ['ALL_SUCCESS', ['EXCLUDED', 'EXCLUDED'], 'EXCLUDED'],
    ['ALL_DONE', ['FAILED', 'TIMEDOUT'], 'run'],
    ['NONE_FAILED', ['SUCCESS', 'EXCLUDED'], 'run'],
    ['NONE_FAILED', ['SUCCESS', 'FAILED'], 'EXCLUDED'],
    ['AT_LEAST_ONE_SUCCESS', ['FAILED', 'SUCCESS'], 'run'],
    ['AT_LEAST_ONE_SUCCESS', ['FAILED'], 'EXCLUDED'],
    ['AT_LEAST_ONE_FAILED', ['SUCCESS', 'TIMEDOUT'], 'run'],
    ['AT_LEAST_ONE_FAILED', ['SUCCESS'], 'EXCLUDED'],
    ['ALL_FAILED', ['FAILED', 'UPSTREAM_FAILED'], 'run'],
    ['ALL_FAILED', ['FAILED', 'SUCCESS'], 'EXCLUDED'],
  ]
  it.each(cases)('that runs if %s, behind %j: %s', (runIf, before, decided) => {
    expect(verdict(runIf, before)).toBe(decided)
  })

  it('whose failure another one took care of leaves the run a success, with failures', () => {
    expect(overall(['SUCCESS'], ['FAILED', 'SUCCESS'])).toBe('SUCCESS_WITH_FAILURES')
    expect(overall(['SUCCESS', 'EXCLUDED'], ['SUCCESS', 'EXCLUDED'])).toBe('SUCCESS')
    expect(overall(['SUCCESS', 'FAILED'], ['SUCCESS', 'FAILED'])).toBe('FAILED')
    expect(overall(['CANCELED'], ['SUCCESS', 'CANCELED'])).toBe('CANCELED')
  })
})

describe('settings', () => {
  const task = (task_key: string, ...before: string[]) => ({
    task_key,
    depends_on: before.map((one) => ({ task_key: one })),
    spark_python_task: { python_file: '/Workspace/a.py' },
  })
  it('come with their tasks in an order in which they can run', () => {
    const { tasks } = settingsOf({ tasks: [task('c', 'b', 'a'), task('b', 'a'), task('a')] })
    expect(tasks.map(({ task_key }) => task_key)).toEqual(['a', 'b', 'c'])
  })

  it('are refused where tasks wait for each other, for nobody, or are no Python files', () => {
    expect(() => settingsOf({ tasks: [task('a', 'b'), task('b', 'a')] })).toThrow('circle')
    expect(() => settingsOf({ tasks: [task('a', 'nobody')] })).toThrow('missing one')
    expect(() => settingsOf({ tasks: [{ task_key: 'x', sql_task: {} }] })).toThrow(
      'tasks.0 is something else',
    )
  })
})

it('the end of an output is kept, whatever its length', () => {
  const tail = createTail(4)
  for (const text of ['ab', 'c', 'defghij', 'k', 'lm']) tail.add(Buffer.from(text))
  expect([tail.text(), tail.isTruncated()]).toEqual(['jklm', true])
  const short = createTail(4)
  short.add(Buffer.from('abcd'))
  expect([short.text(), short.isTruncated()]).toEqual(['abcd', false])
})
