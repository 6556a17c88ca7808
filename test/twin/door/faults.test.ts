import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { systemClock } from '../../../src/core/index.ts'
import { parseFaultRule } from '../../../src/twin/index.ts'
import { ask, clientOf } from '../http/doors.ts'
import { type Door, openDoor } from './door.ts'

let door: Door
/** Delays of a minute or more, which end when the test says so. */
const stalls: (() => void)[] = []
const clock = {
  ...systemClock,
  sleep: (ms: number, signal?: AbortSignal) =>
    ms < 60_000 ? systemClock.sleep(ms, signal) : new Promise<void>((end) => stalls.push(end)),
}

beforeAll(async () => {
  door = await openDoor({ clock })
  await door.sql('CREATE TABLE ledger (key INT, n INT)', 'CREATE TABLE windows (key INT, n INT)')
})
afterAll(() => door.close())
afterEach(() => door.twin.faults.clear())

const merge = (table: string, key: number) => `MERGE INTO \`main\`.\`s\`.\`${table}\` AS t
   USING (SELECT ${key} AS key, 1 AS n) AS s ON t.key = s.key
   WHEN MATCHED THEN UPDATE SET *  WHEN NOT MATCHED THEN INSERT *`
const count = async (table: string) => (await door.sql(`SELECT count(*) AS n FROM ${table}`))[0]?.n

const set = (rule: string) => door.twin.faults.set({ seed: 1, rules: [parseFaultRule(rule)] })

/** How often each rule has fired, as a process outside asks. */
async function fired(): Promise<number[]> {
  const { controlAddress, controlSecret, ca } = door.twin
  const { text } = await ask(clientOf(ca), controlAddress, {
    headers: { 'x-twin-secret': controlSecret },
  })
  return JSON.parse(text).rules.map((rule: { fired: number }) => rule.fired)
}

/** Waits until the first rule has fired. */
async function begun(): Promise<void> {
  for (let i = 0; i < 500; i++) {
    if ((await fired())[0] === 1) return
    await systemClock.sleep(10)
  }
  throw new Error('the rule has not fired')
}

describe('a fault on a statement', () => {
  it('breaks that one and no other', async () => {
    set('warehouse::statement=merge into *`ledger`*using*,act=sql-error')
    await door.sql(merge('windows', 1))
    expect(await door.failure(merge('ledger', 1))).toMatchObject({ code: 'INTERNAL_ERROR' })
    expect([await count('ledger'), await count('windows'), await fired()]).toEqual([0, 1, [1]])
  })

  it('stalls it before the warehouse sees it', async () => {
    set('warehouse::statement=MERGE INTO *ledger*,delay=60000')
    const merged = door.sql(merge('ledger', 2))
    await begun()
    expect(await count('ledger')).toBe(0)
    stalls.shift()?.()
    expect((await merged)[0]).toMatchObject({ num_inserted_rows: 1 })
  })

  it('stalls its answer once the warehouse has done it', async () => {
    const before = await count('ledger')
    set('warehouse::statement=MERGE INTO *ledger*,delay-after=60000,times=1')
    const merged = door.sql(merge('ledger', 3))
    await begun()
    expect(await count('ledger')).toBe(Number(before) + 1)
    stalls.shift()?.()
    expect((await merged)[0]).toMatchObject({ num_inserted_rows: 1 })
  })
})
