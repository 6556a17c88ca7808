import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { measure } from '../../../src/twin/cdp/measure.ts'

const measured = (json: string) => measure(Buffer.from(json))

it('sizes every item of a batch as JSON.stringify would, whatever stands around and inside', () => {
  fc.assert(
    fc.property(
      fc.array(fc.jsonValue()),
      fc.dictionary(fc.string(), fc.jsonValue()),
      fc.constantFrom(undefined, 1, 2),
      (batch, others, indent) => {
        const { batch: _, ...rest } = others
        const json = JSON.stringify({ ...rest, batch, last: 'batch' }, undefined, indent)
        const sizes = batch.map((item) =>
          // Inside the body an item is indented two levels deeper than on its own.
          Buffer.byteLength(indentTwice(JSON.stringify(item, undefined, indent), indent ?? 0)),
        )
        expect(measured(json).items).toEqual(sizes)
      },
    ),
  )
})

function indentTwice(json: string, indent: number): string {
  return json.replaceAll('\n', `\n${' '.repeat(indent * 2)}`)
}

it('knows the depth', () => {
  expect(measured('1').depth).toBe(0)
  expect(measured('{"a":[[]],"b":"[[[[[["}').depth).toBe(3)
})

it('takes only the array named batch at the top', () => {
  expect(measured('{"x":{"batch":[1,2]},"other":[3]}').items).toEqual([])
  expect(measured('{"x":"batch","y":[1,2]}').items).toEqual([])
  expect(measured('{"batch":{"batch":[1]}}').items).toEqual([])
})

it('takes the last of two, as the parser does', () => {
  expect(measured('{"batch":[1,22],"batch":[333]}').items).toEqual([3])
})

it('survives bodies that are no JSON', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'{}[]",:\\ab '), maxLength: 60 }), (text) => {
      expect(() => measured(text)).not.toThrow()
    }),
  )
})
