import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals'
import { createControlDoor, createFaults } from '../../../src/twin/faults/index.ts'
import { type Served, serve } from '../../../src/twin/http/index.ts'
import { ask, clientOf, openDoor } from '../http/doors.ts'

const faults = createFaults()
const agent = clientOf()
const headers = { 'x-twin-secret': 'open sesame' }
const rule = { door: 'customerio', call: 'GET /v1/*', fault: { status: 503 } }
let served: Served

beforeAll(async () => {
  const doors = [createControlDoor(faults, headers['x-twin-secret']), openDoor()]
  served = await serve({ address: 'workspace', doors, port: 0, faults })
})
afterAll(() => served.close(0))
beforeEach(() => faults.clear())

const control = (method: 'GET' | 'PUT' | 'DELETE' | 'POST', body?: unknown, sent = headers) =>
  ask(agent, `${served.origin}/twin/faults`, {
    method,
    headers: sent,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })

it('sets rules that hold from the next call on, and takes them away again', async () => {
  expect((await ask(agent, `${served.origin}/v1/x`)).status).toBe(200)
  expect((await control('PUT', [rule])).status).toBe(200)
  expect((await ask(agent, `${served.origin}/v1/x`)).status).toBe(503)
  expect((await control('DELETE')).status).toBe(200)
  expect((await ask(agent, `${served.origin}/v1/x`)).status).toBe(200)
})

it('shows how often each rule matched and fired', async () => {
  await control('PUT', { seed: 3, rules: [{ ...rule, when: { nth: 2 } }] })
  for (let i = 0; i < 3; i++) await ask(agent, `${served.origin}/v1/x`)

  const shown = JSON.parse((await control('GET')).text)

  expect(shown.rules).toEqual([{ rule: { ...rule, when: { nth: 2 } }, matched: 3, fired: 1 }])
})

it('refuses whoever does not know the secret', async () => {
  const answers = [
    await control('PUT', [rule], { 'x-twin-secret': 'open barley' }),
    await ask(agent, `${served.origin}/twin/faults`),
  ]
  expect(answers.map(({ status }) => status)).toEqual([403, 403])
  expect(answers[0]?.text).not.toContain('sesame')
  expect(faults.counters()).toEqual([])
})

it('keeps the rules in force when the new ones are wrong, and says what is wrong', async () => {
  await control('PUT', [rule])
  const wrong = await control('PUT', [{ ...rule, door: 'back' }])
  const noJson = await ask(agent, `${served.origin}/twin/faults`, {
    method: 'PUT',
    headers,
    body: '{',
  })

  expect([wrong.status, wrong.text.includes('[0].door')]).toEqual([400, true])
  expect(noJson.status).toBe(400)
  expect((await control('POST')).status).toBe(405)
  expect(faults.counters().length).toBe(1)
})
