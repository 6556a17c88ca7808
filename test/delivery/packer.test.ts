import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { assemble, bodyBytes, countOf, halves, type Packed } from '../../src/delivery/batch.ts'
import { Packer } from '../../src/delivery/packer.ts'
import { aBlock, aFormat, type Given, ids, readBody, readMessage } from './builders.ts'

const aGiven = fc.record({
  who: fc.constantFrom('ann', 'bob', 'cy', 'dee', 'eve', 'ünal'),
  partition: fc.constantFrom('EU', 'US', 'APAC'),
  pad: fc.integer({ min: 0, max: 120 }),
})
const someBlocks = fc
  .array(fc.array(aGiven, { maxLength: 12 }), { maxLength: 8 })
  .map((blocks) =>
    blocks.map((given, b) => given.map((one, i): Given => ({ ...one, id: `${b}.${i}` }))),
  )
const aPacking = fc.record({
  maxMessageBytes: fc.integer({ min: 30, max: 160 }),
  maxBodyBytes: fc.integer({ min: 60, max: 400 }),
  maxOpenBytes: fc.integer({ min: 1, max: 2000 }),
  lanes: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
  withPartitions: fc.boolean(),
})

it('loses nothing, sends nothing twice, keeps the order of each identity and every limit', () => {
  fc.assert(
    fc.property(someBlocks, aPacking, (blocks, packing) => {
      const { maxMessageBytes, maxBodyBytes, maxOpenBytes, lanes, withPartitions } = packing
      const format = aFormat(maxMessageBytes, maxBodyBytes)
      const packer = new Packer({ format, maxOpenBytes, ...(lanes === undefined ? {} : { lanes }) })
      const made = blocks.map((given) => packer.add(aBlock(given, withPartitions)))
      made.push(packer.end())
      const sealed = made.flatMap((one) => one.sealed)
      const refused = made
        .flatMap((one) => one.tooLarge)
        .map(({ block, from }) => readMessage(block, from).id)

      const given = blocks.flat()
      const partitionOf = new Map(given.map(({ id, partition = '' }) => [id, partition]))
      for (const packed of sealed) {
        const body = assemble(format, packed)
        const messages = readBody(body)
        expect(body.length).toBe(packed.bytes)
        expect(body.length).toBeLessThanOrEqual(maxBodyBytes)
        expect(messages).toHaveLength(packed.count)
        expect(bodyBytes(format, packed.runs)).toBe(packed.bytes)
        if (withPartitions) {
          for (const { id } of messages) expect(partitionOf.get(id)).toBe(packed.partition)
        }
      }
      const fits = ({ id, who, pad = 0 }: Given): boolean => {
        const bytes = Buffer.byteLength(JSON.stringify({ id, who, pad: 'x'.repeat(pad) }))
        return bytes <= maxMessageBytes && bytes + 8 <= maxBodyBytes
      }
      const sent = sealed.flatMap((packed) => readBody(assemble(format, packed)))
      expect(refused).toEqual(given.filter((one) => !fits(one)).map(({ id }) => id))
      expect(sent.map(({ id }) => id).sort()).toEqual(
        given
          .filter(fits)
          .map(({ id }) => id)
          .sort(),
      )
      if (lanes === undefined) return expectOrder(sealed, format, (_, packed) => packed.partition)
      expectOrder(sealed, format, (who) => who)
      const laneOf = new Map<string, number>()
      for (const packed of sealed) {
        for (const { who } of readBody(assemble(format, packed))) {
          expect(laneOf.get(who) ?? packed.lane).toBe(packed.lane)
          laneOf.set(who, packed.lane)
        }
      }
    }),
    { numRuns: 400 },
  )
})

function expectOrder(
  sealed: readonly Packed[],
  format: ReturnType<typeof aFormat>,
  groupOf: (who: string, packed: Packed) => string,
): void {
  const last = new Map<string, number>()
  for (const packed of sealed) {
    for (const { id, who } of readBody(assemble(format, packed))) {
      const [block = 0, at = 0] = id.split('.').map(Number)
      const position = block * 1000 + at
      const group = groupOf(who, packed)
      expect(position).toBeGreaterThan(last.get(group) ?? -1)
      last.set(group, position)
    }
  }
}

it('fills bodies to the brim: the next message would not have fitted', () => {
  const packer = new Packer({ format: aFormat(1000, 200), maxOpenBytes: 1e9 })
  const { sealed } = packer.add(aBlock(ids(50)))
  expect(sealed.length).toBeGreaterThan(5)
  for (const { bytes } of sealed) expect(bytes).toBeGreaterThan(200 - 35)
})

it('puts neighbours into one run, so that nothing is allocated per message', () => {
  const packer = new Packer({ format: aFormat(1000, 100_000), maxOpenBytes: 1e9 })
  packer.add(aBlock(ids(1000)))
  const [packed] = packer.end().sealed
  expect(packed?.count).toBe(1000)
  expect(packed?.runs).toHaveLength(1)
})

it('does not hold on to old blocks while more passes by', () => {
  const packer = new Packer({ format: aFormat(1000, 100_000), maxOpenBytes: 3000, lanes: 4 })
  let held = 0
  for (let i = 0; i < 200; i++) {
    const made = packer.add(aBlock([{ id: `m${i}`, who: `w${i}`, pad: 100 }]))
    held += 1 - made.sealed.reduce((sum, { count }) => sum + count, 0)
    expect(held).toBeLessThan(30)
  }
})

it('halves by count and keeps the order, down to one message', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1 }), (lengths) => {
      const runs = lengths.map((length) => ({ block: aBlock(ids(length)), from: 0, to: length }))
      const [first, second] = halves(runs)
      expect(countOf(first) + countOf(second)).toBe(countOf(runs))
      expect(countOf(first) - countOf(second)).toBeLessThanOrEqual(1)
      const flat = (some: typeof runs) =>
        some.flatMap(({ block, from, to }) =>
          Array.from({ length: to - from }, (_, i) => [lengths.length, block, from + i]),
        )
      expect([...flat(first), ...flat(second)]).toEqual(flat(runs))
    }),
    { numRuns: 50 },
  )
})
