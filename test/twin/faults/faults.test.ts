import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { createFaults, type FaultRuleInput, parseFaultSet } from '../../../src/twin/faults/index.ts'
import type { Call } from '../../../src/twin/http/index.ts'

const fetchResults: Call = { door: 'warehouse', address: 'workspace', label: 'FetchResults' }

function faultsOf(rules: FaultRuleInput[], seed = 1) {
  return createFaults(parseFaultSet(JSON.stringify({ rules, seed })))
}

/** The numbers of the calls, of so many, that met a fault. */
function struck(when: FaultRuleInput['when'], calls = 10, seed = 1): number[] {
  const faults = faultsOf(
    [{ door: 'warehouse', call: 'FetchResults', when, fault: { status: 503 } }],
    seed,
  )
  const numbers = Array.from({ length: calls }, (_, i) => i + 1)
  return numbers.filter(() => faults.decide(fetchResults) !== undefined)
}

describe('when a rule fires', () => {
  it.each([
    ['always, without conditions', undefined, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]],
    ['on the nth call', { nth: 3 }, [3]],
    ['on several nth calls', { nth: [2, 5] }, [2, 5]],
    ['on every so many calls', { every: 4 }, [4, 8]],
    ['from a call to another', { from: 3, to: 5 }, [3, 4, 5]],
    ['so many times', { times: 2 }, [1, 2]],
    ['where all conditions hold', { every: 2, from: 5, times: 2 }, [6, 8]],
    ['never at probability 0', { probability: 0 }, []],
    ['always at probability 1', { probability: 1, from: 9 }, [9, 10]],
  ])('%s', (_, when, expected) => {
    expect(struck(when)).toEqual(expected)
  })

  it('is the same for the same seed, and another for another seed', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.double({ min: 0.05, max: 0.95, noNaN: true }),
        (seed, probability) => {
          const first = struck({ probability }, 200, seed)
          expect(struck({ probability }, 200, seed)).toEqual(first)
          expect(struck({ probability }, 200, seed ^ 0x5a5a)).not.toEqual(first)
        },
      ),
      { numRuns: 50 },
    )
  })

  it('comes near its probability', () => {
    const share = struck({ probability: 0.2 }, 10_000).length / 10_000
    expect(Math.abs(share - 0.2)).toBeLessThan(0.02)
  })

  it('does not depend on what other rules see', () => {
    const chance: FaultRuleInput = {
      door: 'warehouse',
      call: 'FetchResults',
      when: { probability: 0.5 },
      fault: { status: 503 },
    }
    const strikes = (noise: boolean) => {
      const faults = faultsOf([chance, { ...chance, call: 'OpenSession' }])
      return Array.from({ length: 100 }, () => {
        if (noise) faults.decide({ ...fetchResults, label: 'OpenSession' })
        return faults.decide(fetchResults) !== undefined
      })
    }
    expect(strikes(true)).toEqual(strikes(false))
  })
})

describe('which calls a rule means', () => {
  const meant = (rule: Partial<FaultRuleInput>, call: Partial<Call>) =>
    faultsOf([{ door: 'workspace', fault: { status: 500 }, ...rule }]).decide({
      door: 'workspace',
      address: 'workspace',
      label: 'PUT /api/2.0/fs/files/Volumes/a/b/c/part.parquet',
      ...call,
    }) !== undefined

  it('is every call of its door by default, and none of another door', () => {
    expect(meant({}, {})).toBe(true)
    expect(meant({}, { door: 'customerio' })).toBe(false)
  })

  it('takes a star for any text and everything else for itself', () => {
    expect(meant({ call: 'PUT /api/2.0/fs/files/*' }, {})).toBe(true)
    expect(meant({ call: 'PUT /api/2x0/fs/files/*' }, {})).toBe(false)
    expect(meant({ call: '*part.parquet' }, {})).toBe(true)
    expect(meant({ call: 'PUT /api' }, {})).toBe(false)
    expect(meant({ call: 'PUT /api/2.0/fs/files/Volumes/a/b/c/part?parquet' }, {})).toBe(false)
  })

  it('is only those at its address when it names one', () => {
    const rule = { door: 'customerio', address: 'eu' } as const
    expect(meant(rule, { door: 'customerio', address: 'eu' })).toBe(true)
    expect(meant(rule, { door: 'customerio', address: 'us' })).toBe(false)
  })
})

describe('a rule with a statement', () => {
  const meant = (statement: string, given: string | undefined) =>
    faultsOf([{ door: 'warehouse', statement, fault: { status: 500 } }]).decide({
      ...fetchResults,
      label: 'ExecuteStatement',
      statement: given,
    }) !== undefined

  it('means the statements of that text, whatever their case and white space', () => {
    const merge = '\n MERGE  INTO `main`.`cio`.`ledger` AS l\n\tUSING (SELECT 1) AS s ON true '
    expect(meant('merge into *ledger*', merge)).toBe(true)
    expect(meant('MERGE INTO\n *`LEDGER` as l USING*', merge)).toBe(true)
    expect(meant('*ledger', merge)).toBe(false)
    expect(meant('MERGE INTO *windows*', merge)).toBe(false)
  })

  it('means no call that brings no statement', () => {
    expect(meant('*', undefined)).toBe(false)
  })
})

describe('a rule that holds answers back', () => {
  const held: FaultRuleInput = {
    door: 'warehouse',
    when: { times: 1 },
    fault: { delayAfterMs: 60_000 },
  }

  it('has fired once the holding back begins, and not before', () => {
    const faults = faultsOf([held])
    const fault = faults.decide(fetchResults)
    expect(faults.counters()[0]?.fired).toBe(0)
    fault?.onHeld?.()
    expect(faults.counters()[0]?.fired).toBe(1)
  })

  it('does not decide more often than it may while the door still works', () => {
    const faults = faultsOf([held])
    expect([1, 2].map(() => faults.decide(fetchResults)?.delayAfterMs)).toEqual([60_000, undefined])
  })
})

describe('several rules', () => {
  it('fire one at a time, the first that wants to, and count all they match', () => {
    const rule = { door: 'warehouse', call: 'FetchResults' } as const
    const faults = faultsOf([
      { ...rule, when: { nth: 2 }, fault: { status: 503 } },
      { ...rule, when: { from: 2 }, fault: { reset: 'after' } },
    ])

    const met = [1, 2, 3].map(() => faults.decide(fetchResults))

    expect(met).toEqual([undefined, { status: 503 }, { reset: 'after' }])
    expect(faults.counters().map(({ matched, fired }) => [matched, fired])).toEqual([
      [3, 1],
      [3, 1],
    ])
  })

  it('start counting again when they are set, and go on counting when one is added', () => {
    const faults = faultsOf([{ door: 'warehouse', fault: { status: 500 } }])
    faults.decide(fetchResults)
    const [first] = faults.counters()
    faults.add(parseFaultSet('[{ door: workspace, fault: { status: 500 } }]').rules[0]!)
    expect(faults.counters()[0]).toEqual(first)

    faults.set(parseFaultSet('[{ door: warehouse, fault: { status: 501 } }]'))
    expect(faults.counters().map(({ matched }) => matched)).toEqual([0])
    faults.clear()
    expect(faults.decide(fetchResults)).toBeUndefined()
  })
})
