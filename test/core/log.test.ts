import { expect, it } from '@jest/globals'
import { createLog, redact } from '../../src/core/index.ts'

it('writes plain lines with fields and leaves out what is below the level', () => {
  const lines: string[] = []
  const log = createLog(
    (line) => lines.push(line),
    'plain',
    'info',
    () => 0,
  )
  log.debug('quiet')
  log.info('run finished', { rows: 3, code: undefined })
  expect(lines).toEqual(['1970-01-01T00:00:00.000Z info  run finished  rows=3'])
})

it('writes one JSON object a line for machines', () => {
  const lines: string[] = []
  createLog(
    (line) => lines.push(line),
    'json',
    'info',
    () => 0,
  ).warn('slow', { ms: 5 })
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    { time: '1970-01-01T00:00:00.000Z', level: 'warn', message: 'slow', ms: 5 },
  ])
})

it('blots out e-mail addresses and credentials whatever line carries them', () => {
  expect(redact('user ann.lee+x@mail.example.com failed: Bearer abc.def-1')).toBe(
    'user [e-mail] failed: Bearer [secret]',
  )
})
