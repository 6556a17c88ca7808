import { expect, it } from '@jest/globals'
import yargs from 'yargs'
import { explainCommand } from '../../src/cli/explain.ts'

async function parsed(...words: string[]): Promise<Record<string, unknown>> {
  let found: Record<string, unknown> = {}
  await yargs(['explain', ...words])
    .command({
      ...explainCommand,
      handler: (args: unknown) => {
        found = args as Record<string, unknown>
      },
    } as never)
    .strict()
    .parseAsync()
  return found
}

it('takes every word of a key as it is written, numbers too', async () => {
  const words = ['007', '1.50', '1e5', '12345678901234567890', 'true', '["a",1]']
  expect(await parsed('people', ...words)).toMatchObject({ sync: 'people', key: words })
  expect(await parsed('--person', '0042')).toMatchObject({ person: '0042' })
})

it('asks for a key of a sync, or a person, and not both', async () => {
  const refused = async (args: object) =>
    await (explainCommand.handler as (args: object) => Promise<void>)(args).catch(
      (error: { code: string }) => error.code,
    )
  const none = { sync: undefined, key: [], person: undefined, export: undefined }
  expect(await refused(none)).toBe('NOTHING_NAMED')
  expect(await refused({ ...none, sync: 'people' })).toBe('NOTHING_NAMED')
  expect(await refused({ ...none, sync: 'people', key: ['1'], person: '1' })).toBe('NOTHING_NAMED')
  expect(await refused({ ...none, sync: 'people', key: ['1'], export: 'x' })).toBe('NOTHING_NAMED')
})
