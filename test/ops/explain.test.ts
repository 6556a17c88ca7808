import { describe, expect, it } from '@jest/globals'
import type { SyncSpec } from '../../src/core/index.ts'
import type { KeyExplanation, KeyFacts } from '../../src/ops/explain/explanation.ts'
import type { LedgerFacts, OutcomeFacts } from '../../src/ops/explain/history.ts'
import type { Fate } from '../../src/ops/explain/key-facts.ts'
import { keyText } from '../../src/ops/explain/key-text.ts'
import { reasonsFor } from '../../src/ops/explain/reasons.ts'
import { withoutPersonalData } from '../../src/ops/explain/shown.ts'
import { verdict } from '../../src/ops/explain/verdict.ts'

const day = 86_400_000
const now = Date.parse('2026-03-10T12:00:00Z')
const rules = (more: object = {}, source: object = {}): SyncSpec =>
  ({
    name: 'people',
    source: { key: ['id'], changes: { kind: 'auto' }, ...source },
    send: { call: 'identify', to: { kind: 'one', destination: 'us' }, person: { id: 'id' } },
    onDelete: 'ignore',
    ...more,
  }) as unknown as SyncSpec
const events = rules({ send: { call: 'track', to: { kind: 'one', destination: 'us' } } })

const ledger = (more: Partial<LedgerFacts> = {}): LedgerFacts => ({
  status: 'delivered',
  call: 'identify',
  windowId: 'people.us.000001',
  decidedAt: new Date(now - day),
  deliveredAt: new Date(now - day),
  mappingHash: 'm',
  identity: '7',
  ...more,
})
const outcome = (more: Partial<OutcomeFacts> = {}): OutcomeFacts => ({
  sync: 'people',
  destination: 'us',
  key: '[7]',
  windowId: 'people.us.000001',
  status: 'delivered',
  call: 'identify',
  batch: '01B',
  attempt: 1,
  sends: 2,
  sentAt: new Date(now - day),
  exchanges: [
    { reason: 'reset', startedAt: new Date(0), durationMs: 12, waitMs: 3, messages: 5 },
    { status: 200, startedAt: new Date(1), durationMs: 40, waitMs: 0, messages: 5 },
  ],
  ...more,
})
const fate = (more: Partial<Fate> = {}): Fate => ({
  class: 'send',
  isGone: false,
  isEqual: false,
  isLookedAt: true,
  ...more,
})
const facts = (
  one: Fate | undefined,
  known?: LedgerFacts,
  more: Partial<KeyFacts> = {},
): KeyFacts => ({
  sync: 'people',
  destination: 'us',
  key: '[7]',
  standing: { isSetUp: true },
  now: { routes: [], ...(one === undefined ? {} : { fate: one }) },
  ...(known === undefined ? {} : { ledger: known }),
  isOlderMapping: false,
  outcomes: [],
  takenAway: [],
  ...more,
})
const codes = (one: KeyFacts, by = rules()) => reasonsFor(one, by, now).map(({ code }) => code)

describe('what the next run would do', () => {
  it.each([
    ['a new key', facts(fate()), rules(), 'send it: the key is new'],
    [
      'a changed row',
      facts(fate(), ledger()),
      rules(),
      'send it: it differs from what was sent last',
    ],
    [
      'a row of changes: full',
      facts(fate({ isEqual: true }), ledger()),
      rules({}, { changes: { kind: 'full' } }),
      'send it: changes: full sends every row each time',
    ],
    [
      'a row that is back',
      facts(fate(), ledger({ call: 'delete' })),
      rules(),
      'send it: the row is back after its deletion',
    ],
    [
      'a key given up',
      facts(fate({ isEqual: true }), ledger({ status: 'undelivered' })),
      rules(),
      'send it: it was given up lately, and is tried again',
    ],
    [
      'a refused row under another mapping',
      facts(fate({ isEqual: true }), ledger({ status: 'rejected' }), { isOlderMapping: true }),
      rules(),
      'send it: it was refused, but under an older mapping',
    ],
    [
      'a refused payload',
      facts(
        fate({ class: 'held', isEqual: true }),
        ledger({ status: 'rejected', reason: 'http_400' }),
      ),
      rules(),
      'hold it back: the same payload was refused already (http_400)',
    ],
    [
      'a row about somebody who was erased',
      facts(fate({ class: 'held', isErased: true }), ledger({ status: 'delivered' })),
      rules(),
      'hold it back: its person was erased',
    ],
    [
      'an adopted row',
      facts(fate({ class: 'unchanged' }), ledger({ status: 'adopted' })),
      rules(),
      'leave it as it is: it was taken over as known without being sent',
    ],
    [
      'an event before start',
      facts(fate({ class: 'unchanged' })),
      events,
      'leave it as it is: the event lies before `start`',
    ],
    [
      'a key that is gone',
      facts(fate({ class: 'ignored', isGone: true }), ledger()),
      rules(),
      'leave what was sent where it is: the key is gone, and `on_delete: ignore` says so',
    ],
    [
      'a person of another row too',
      facts(fate({ class: 'ignored', isGone: true }), ledger()),
      rules({ onDelete: 'delete' }),
      'leave what was sent where it is: the key is gone, but another row is about the same person',
    ],
    [
      'an event whose row is gone',
      facts(undefined, ledger({ call: 'track' })),
      events,
      'nothing: no row has this key now, and an event is not taken back',
    ],
    [
      'nobody',
      facts(undefined),
      rules(),
      'nothing: no row has this key, and nothing of it was ever sent',
    ],
  ])('with %s is told in a sentence', (_, one, by, sentence) => {
    expect(verdict(one, by)).toBe(sentence)
  })
})

describe('reasons', () => {
  it('are none for a row that is new', () => {
    expect(codes(facts(fate()))).toEqual([])
  })

  it('tell a suppression, whichever sync made it, and a deletion', () => {
    const takenAway = [
      { sync: 'gdpr', call: 'suppress', at: new Date(now) },
      { sync: 'people', call: 'delete', at: new Date(now - day) },
    ]
    const [first, second] = reasonsFor(facts(fate(), undefined, { takenAway }), rules(), now)
    expect(first).toMatchObject({ code: 'suppressed', text: expect.stringContaining('gdpr') })
    expect(second?.code).toBe('deleted')
  })

  it('tell what waits behind an earlier message, and what was given up', () => {
    expect(
      codes(facts(fate(), ledger({ status: 'undelivered', reason: 'after_undelivered' }))),
    ).toEqual(['after_undelivered'])
    expect(codes(facts(fate(), ledger({ status: 'undelivered', reason: 'http_503' })))).toEqual([
      'given_up',
    ])
  })

  it('tell identify calls and events without a userId', () => {
    const of = (message: Fate['message']) =>
      codes(facts(fate({ ...(message === undefined ? {} : { message }) })))
    expect(of({ type: 'identify', anonymousId: 'a' })).toEqual(['anonymous_identify'])
    expect(of({ type: 'track', anonymousId: 'a' })).toEqual(['anonymous_event'])
    expect(of({ type: 'identify', userId: '7', traits: { unsubscribed: 'FALSE' } })).toEqual([])
  })

  it('tell an event that was too old for campaigns when it was sent, not one that is old by now', () => {
    const message = { type: 'track', userId: '7' }
    const sent = [outcome({ sentAt: new Date(now - 10 * day) })]
    const at = (days: number) => fate({ class: 'unchanged', message, at: now - days * day })
    expect(codes(facts(at(11), ledger(), { outcomes: sent }), events)).toEqual(['accepted'])
    expect(codes(facts(at(14), ledger(), { outcomes: sent }), events)).toEqual([
      'older_than_72h',
      'accepted',
    ])
  })

  it('tell an open window that may hold the key, unless the key is decided there', () => {
    const standing = {
      isSetUp: true,
      open: { windowId: 'people.us.000002', openedAt: new Date(now), rows: 9, left: 4 },
    }
    const text = (outcomes: readonly OutcomeFacts[]) =>
      reasonsFor(facts(fate(), undefined, { standing, outcomes }), rules(), now)[0]?.text
    expect(text([])).toContain('may be one of them')
    expect(text([outcome({ windowId: 'people.us.000002' })])).toContain('not among them')
  })
})

describe('an explanation as text', () => {
  const explained: KeyExplanation = {
    kind: 'key',
    sync: 'people',
    key: '[7]',
    source: {
      table: 'main.gold.people',
      version: 12,
      committedAt: new Date(now),
      rows: 1,
      change: {
        kind: 'changed',
        change: 'update',
        version: 11,
        committedAt: new Date(now - day),
        isRebuild: true,
      },
    },
    destinations: [
      {
        ...facts(
          fate({ message: { type: 'identify', userId: 'zoe', traits: { city: 'Oslo' } } }),
          ledger(),
          {
            outcomes: [outcome()],
          },
        ),
        next: 'send it: it differs from what was sent last',
        reasons: [
          { code: 'accepted', text: 'delivered means accepted' },
          { code: 'unsubscribed', text: 'the row says unsubscribed', tellsValue: true },
        ],
      },
    ],
  }

  it('says everything at a terminal', () => {
    expect(keyText(explained, { withValues: true })).toEqual([
      'people [7]',
      '',
      '  source   main.gold.people, version 12 of 2026-03-10 12:00:00 UTC',
      '  row      1 row with this key',
      '  change   update in version 11 of 2026-03-09 12:00:00 UTC, when the whole table was written anew',
      '',
      '→ us',
      '  next run would send it: it differs from what was sent last',
      '  ledger   delivered identify, 2026-03-09 12:00:00 UTC, window people.us.000001, under the mapping of today, the row is not equal to it',
      '  outcomes 2026-03-09 12:00:00 UTC  identify delivered',
      '             window people.us.000001, attempt 1, batch 01B, sent 2 times',
      '             no answer (reset) in 12 ms after 3 ms for a permit, 5 messages',
      '             HTTP 200 in 40 ms, 5 messages',
      '  message  {',
      '             "type": "identify",',
      '             "userId": "zoe",',
      '             "traits": {',
      '               "city": "Oslo"',
      '             }',
      '           }',
      '',
      'Known reasons why a message may not have come:',
      '  - delivered means accepted',
      '  - the row says unsubscribed',
    ])
  })

  it('has no key, payload or value where those are hidden', () => {
    const text = keyText(explained, { withValues: false }).join('\n')
    expect(text).not.toMatch(/\[7\]|zoe|Oslo|unsubscribed/)
    const json = JSON.stringify(withoutPersonalData(explained))
    expect(json).not.toMatch(/\[7\]|zoe|Oslo|unsubscribed|"identity"/)
    expect(json).toContain('"city":"<string>"')
  })
})
