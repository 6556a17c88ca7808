import { expect, it } from '@jest/globals'
import { projectFile, startBench } from '../support/bench.ts'

it('closes at once, also where the session can only be closed with a new token', async () => {
  // Tokens that last a second are renewed at every use: the workspace is asked while everything is being closed.
  const bench = await startBench({ tokenLifetimeMs: 1000 })
  const { warehouse } = await bench.open({ 'customerio.yml': projectFile }, { patience: {} })
  await warehouse.query('SELECT 1 AS one')
  const before = Date.now()
  await bench.close()
  expect(Date.now() - before).toBeLessThan(20_000)
})
