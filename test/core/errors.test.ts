import { expect, it } from '@jest/globals'
import { ConfigError, codesOf, isError, RunStopped, SourceError } from '../../src/core/index.ts'

it('gives every class its exit code and disposition', () => {
  expect(new ConfigError('A', 'x')).toMatchObject({ exitCode: 2, disposition: 'abort', code: 'A' })
  expect(new RunStopped('x')).toMatchObject({ exitCode: 7, disposition: 'stop' })
})

it('collects the codes and names of a chain of causes', () => {
  const root = Object.assign(new Error('x'), { code: 'ECONNRESET' })
  expect(codesOf(new SourceError('LOST', 'y', { cause: root }))).toEqual([
    'LOST',
    'SourceError',
    'ECONNRESET',
    'Error',
  ])
})

it('knows an error from another realm', () => {
  expect(isError(new Error('x'))).toBe(true)
  expect(isError({ message: 'x' })).toBe(false)
})
