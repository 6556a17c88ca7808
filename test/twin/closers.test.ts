import { expect, it } from '@jest/globals'
import { createClosers } from '../../src/twin/closers.ts'

it('lets go in reverse order, of everything, once, and then says what failed first', async () => {
  const trace: string[] = []
  const closers = createClosers()
  closers.add(() => void trace.push('first'))
  closers.add(async () => {
    trace.push('second')
    throw new Error('stuck')
  })
  closers.add(() => void trace.push('third'))

  await expect(closers.close()).rejects.toThrow('stuck')
  await closers.close()

  expect(trace).toEqual(['third', 'second', 'first'])
})
