import { expect, it } from '@jest/globals'
import { runSliceTask, runTask } from '../../src/cli/index.ts'
import { aProject, aProjectFile, aSyncFile } from '../config/project.ts'
import { catchOutput } from '../support/catch-output.ts'

const project = aProject({
  'customerio.yml': `${aProjectFile}jobs: { crm: { syncs: [customers] } }\n`,
  'syncs/customers.yml': aSyncFile('customers'),
  'syncs/orders.yml': aSyncFile('orders'),
})

const output = catchOutput()

it('ends well and says so where the task has nothing to do', async () => {
  const argv = ['--project', project, 'sync=orders', 'mode=run', 'syncs=customers']
  await runTask('run', argv)
  expect([process.exitCode, output.text]).toEqual([
    0,
    'orders is not among the syncs that were named\n',
  ])
})

it('refuses a sync that the job does not have, though the project does', async () => {
  const argv = ['--project', project, 'job=crm', 'sync=customers', 'syncs=orders']
  await runTask('run', argv)
  expect([process.exitCode, output.text]).toEqual([
    2,
    expect.stringContaining('error PARAMETER_INVALID: '),
  ])
  expect(output.text).toContain('known: customers')
})

it('finds the part of a window in slices among the words', async () => {
  await runSliceTask(['--project', project, 'settle', 'sync=orders', 'mode=plan'])
  expect(output.text).toBe('there is nothing to do here in mode plan\n')
})

it.each(['0', '1.5', 'half'])('refuses %s as a share of the budget', async (share) => {
  await runTask('run', ['--project', project, 'sync=orders', `share=${share}`])
  expect([process.exitCode, output.text]).toEqual([2, expect.stringContaining('SHARE_INVALID')])
})

const all = ['since=2026-01-31', 'reason=too_large', 'why=mended', 'confirm=3f9a']
it.each([
  ['run', 'mode=run', 'confirm=3f9a', 'share=1'],
  ['run', 'mode=plan', 'share=1'],
  ['run', 'mode=retry', ...all, 'share=1'],
  ['slice plan', 'mode=run', 'confirm=3f9a', 'slices=8', 'share=1'],
  ['slice run', 'mode=run', 'confirm=3f9a', 'slice=3/8', 'share=1'],
  ['slice settle', 'mode=run', 'confirm=3f9a', 'share=1'],
  ['replay', 'mode=plan', 'since=2026-01-31', 'reason=too_large'],
  ['replay', 'mode=run', ...all],
  ['reconcile', 'mode=plan'],
  ['reconcile', 'mode=run', 'why=mended'],
] as const)('makes words that the command takes, of %s %s', async (kind, ...argv) => {
  const words = ['--stop-with-stdin', '--target', 'prod', '--project', '/nowhere']
  await runTask(kind, [...words, 'sync=orders', ...argv])
  expect(output.text).toMatch(/^error PROJECT_MISSING: /)
})

it.each([
  ['erase', 'mode=plan'],
  ['erase', 'mode=run', 'why=asked', 'confirm=3f9a'],
] as const)('makes words that the command takes, of %s %s', async (kind, ...argv) => {
  await runTask(kind, ['--stop-with-stdin', '--project', '/nowhere', ...argv])
  expect(output.text).toMatch(/^error PROJECT_MISSING: /)
})

it.each(['mode=plan', 'vacuum=true'])('makes words that maintain takes, of %s', async (word) => {
  await runTask('maintain', ['--project', '/nowhere', word])
  expect(output.text).toMatch(/^error PROJECT_MISSING: /)
})
