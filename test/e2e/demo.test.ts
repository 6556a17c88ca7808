import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { isLong } from '../support/long.ts'
import { bundle, leaksIn } from '../support/processes.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'demo-'))
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

const demo = () =>
  spawnSync(process.execPath, [bundle('demo.mjs'), folder], { encoding: 'utf8', timeout: 240_000 })

/** What the demo may show: the one address of its page has a secret of its own. */
const leaks = (text: string) => leaksIn(text, secretsOf(folder))

describe('the demo', () => {
  it('accounts for every row of the shop, through bad weather, a kill, rebuilds and an edited file', () => {
    const { status, stdout, stderr } = demo()
    expect([status, stderr]).toEqual([0, expect.anything()])
    expect(stdout).toContain('9994 order lines')
    expect(stdout).toContain('Every row is accounted for.')
    // Killed on the way, and every order is there once.
    expect(stdout).toMatch(/killed: Customer\.io has \d+ of 5009 orders, and the window is open/)
    // 793 people, less the three that are gone from the rebuilt table.
    expect(stdout).toContain('790 people and 5009 events')
    // The rebuild sends seven changes and three deletions; the same again under an edited file sends
    // nothing that was delivered: only what was refused is tried under the new mapping.
    expect(stdout).toMatch(/^customers +us +799 +10 +3 +0 +783 /m)
    expect(stdout).toMatch(/^customers +us +796 +0 +5 +1 +790 /m)
    expect(stdout).toContain('790 unchanged keys went out under another mapping')
    expect(leaks(stdout + stderr)).toEqual([])
    expect(leaks(readFileSync(join(folder, 'report.html'), 'utf8'))).toEqual([])
  })

  const again = isLong ? it : it.skip
  again('sends no order twice when it is run again on the same folder', () => {
    const { status, stdout } = demo()
    expect(status).toBe(0)
    expect(stdout).toContain('790 people and 5009 events')
    expect(stdout).toContain('Every row is accounted for.')
  })
})

function secretsOf(data: string): string[] {
  const texts = (value: unknown): string[] =>
    typeof value === 'string'
      ? [value]
      : typeof value === 'object' && value !== null
        ? Object.values(value).flatMap(texts)
        : []
  return ['secrets.json', 'identity.json']
    .flatMap((name) => texts(JSON.parse(readFileSync(join(data, name), 'utf8'))))
    .filter((text) => text.length > 20)
}
