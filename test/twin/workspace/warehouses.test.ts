import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { startWorkspace } from './workspace.ts'

const path = '/api/2.0/sql/warehouses'
let at: Awaited<ReturnType<typeof startWorkspace>>
beforeAll(async () => {
  at = await startWorkspace({ warehouse: { stopped: true, startDelayMs: 40_000 } })
})
afterAll(() => at.close())

const state = async () => (await at.call('GET', `${path}/w1`)).json.state

it('goes from STOPPED over STARTING to RUNNING, and stops again', async () => {
  expect(await state()).toBe('STOPPED')
  expect((await at.call('POST', `${path}/w1/start`)).json).toEqual({})
  expect(await state()).toBe('STARTING')

  at.clock.advance(20_000)
  await at.call('POST', `${path}/w1/start`) // a second start does not begin again
  at.clock.advance(20_000)
  expect(await state()).toBe('RUNNING')

  await at.call('POST', `${path}/w1/stop`)
  expect(await state()).toBe('STOPPED')
})

it('is listed, with the path the driver connects to', async () => {
  const { json } = await at.call('GET', path)
  expect(json.warehouses).toHaveLength(1)
  expect(json.warehouses[0]).toMatchObject({
    id: 'w1',
    odbc_params: { hostname: 'localhost', path: '/sql/1.0/warehouses/w1' },
  })
  expect(`:${json.warehouses[0].odbc_params.port}`).toBe(
    at.origin.slice(at.origin.lastIndexOf(':')),
  )
})

it('answers 404 for another warehouse and for an action it does not have', async () => {
  expect((await at.call('GET', `${path}/w2`)).json.error_code).toBe('RESOURCE_DOES_NOT_EXIST')
  expect((await at.call('POST', `${path}/w1/paint`)).json.error_code).toBe('ENDPOINT_NOT_FOUND')
})
