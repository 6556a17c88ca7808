import { describe, expect, it } from '@jest/globals'
import { parseFaultRule, parseFaultSet } from '../../../src/twin/faults/index.ts'

describe('a file of rules', () => {
  it('may be YAML or JSON, a list or a set with a seed', () => {
    const rule = { door: 'warehouse', call: '*', when: {}, fault: { reset: 'before' } }
    expect(parseFaultSet('- door: warehouse\n  fault: { reset: before }')).toEqual({
      seed: 1,
      rules: [rule],
    })
    expect(
      parseFaultSet('{"seed": 7, "rules": [{"door": "warehouse", "fault": {"reset": "before"}}]}'),
    ).toEqual({ seed: 7, rules: [rule] })
  })

  it('is refused with every problem by its path', () => {
    const text = `
- { door: warehouze, fault: { status: 503 } }
- { door: warehouse, wen: {}, fault: { status: 99 } }
- { door: customerio, when: { nth: 0 }, fault: { status: 500 } }`
    expect(() => parseFaultSet(text)).toThrow(
      /\[0\]\.door: .*\n.*\[1\].*(99|status|wen)[\s\S]*\[1\][\s\S]*\[2\]\.when\.nth/,
    )
  })

  it('is refused when it is neither YAML nor JSON', () => {
    expect(() => parseFaultSet('{ a: [')).toThrow('YAML or JSON')
  })
})

describe('a rule', () => {
  it.each([
    ['has to say what to do', { door: 'warehouse', fault: {} }, 'says nothing to do'],
    [
      'cannot answer and reset',
      { door: 'warehouse', fault: { status: 500, reset: 'after' } },
      'takes only one',
    ],
    [
      'cannot truncate a reset',
      { door: 'warehouse', fault: { truncate: true, reset: 'after' } },
      'nothing to truncate',
    ],
    [
      'needs a status for headers',
      { door: 'warehouse', fault: { delayMs: 1, headers: { a: 'b' } } },
      'need a "status"',
    ],
    [
      'has an act its door knows',
      { door: 'customerio', fault: { act: 'expire-session' } },
      'expire-session (warehouse)',
    ],
    [
      'holds back only an answer that there is',
      { door: 'warehouse', fault: { delayAfterMs: 1, status: 503 } },
      '"delayAfterMs" needs a door that sees the request',
    ],
    [
      'names a statement only where statements come in',
      { door: 'warehouse', call: 'FetchResults', statement: '*', fault: { status: 503 } },
      'a "statement" comes with ExecuteStatement',
    ],
    [
      'has a range that goes forward',
      { door: 'warehouse', when: { from: 3, to: 2 }, fault: { status: 500 } },
      '"from" must not be greater',
    ],
  ])('%s', (_, rule, message) => {
    expect(() => parseFaultRule(JSON.stringify(rule))).toThrow(message)
  })

  it('has a short form', () => {
    expect(
      parseFaultRule('customerio:POST /v1/batch:status=429,retry-after=2,nth=3+4,address=eu'),
    ).toEqual({
      door: 'customerio',
      address: 'eu',
      call: 'POST /v1/batch',
      when: { nth: [3, 4] },
      fault: { status: 429, headers: { 'retry-after': '2' } },
    })
    expect(parseFaultRule('warehouse:FetchResults:reset=after,probability=0.1,delay=50')).toEqual({
      door: 'warehouse',
      call: 'FetchResults',
      when: { probability: 0.1 },
      fault: { reset: 'after', delayMs: 50 },
    })
    expect(
      parseFaultRule('warehouse::statement=MERGE INTO *ledger*,delay-after=60000,times=1'),
    ).toEqual({
      door: 'warehouse',
      call: '*',
      statement: 'MERGE INTO *ledger*',
      when: { times: 1 },
      fault: { delayAfterMs: 60_000 },
    })
    expect(parseFaultRule('workspace::truncate,times=1')).toEqual({
      door: 'workspace',
      call: '*',
      when: { times: 1 },
      fault: { truncate: true },
    })
  })

  it.each([
    ['another shape', 'warehouse', 'door:call:setting'],
    ['an unknown setting', 'warehouse:*:sttus=500', '"sttus"'],
    ['a value that is no number', 'warehouse:*:status=many', 'fault.status'],
    ['a setting without its value', 'warehouse:*:nth,status=500', 'when.nth'],
  ])('in its short form is refused with %s', (_, text, message) => {
    expect(() => parseFaultRule(text)).toThrow(message)
  })
})
