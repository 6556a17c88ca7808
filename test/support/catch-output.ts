import { afterEach, beforeEach } from '@jest/globals'

/** Catches what commands write to standard output and error, until each test is over; also resets the exit code. */
export function catchOutput(): { text: string } {
  const { stdout, stderr } = process
  const writers = [stdout.write, stderr.write] as const
  const caught = { text: '' }
  beforeEach(() => {
    caught.text = ''
    const take = ((text: string) => {
      caught.text += text
      return true
    }) as typeof stdout.write
    stdout.write = take
    stderr.write = take
    process.exitCode = 0
  })
  afterEach(() => {
    ;[stdout.write, stderr.write] = writers
    process.exitCode = 0
  })
  return caught
}
