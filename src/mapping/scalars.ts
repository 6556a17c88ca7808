import { type Data, DataType, type Int } from 'apache-arrow'
import type { As } from '../core/index.ts'
import type { Binding, Write } from './cell.ts'
import { bindDecimalText } from './decimals.ts'
import { bindDictionary } from './dictionary.ts'
import { shortestFloat, writeAscii, writeDouble, writeInteger } from './numbers.ts'
import { literal, type Out, writeLiteral } from './out.ts'
import { offsetAt, textsOf, writeBytes } from './texts.ts'
import { bindMoment, type Moment, writeDay, writeIso } from './times.ts'
import { kindOf } from './types.ts'
import { wordAt, wordsOf } from './words64.ts'

/** A writer of bare text: no quotes, nothing escaped. What identifiers, masks and map keys are made of. */
export function bindText(data: Data, binding: Binding): Write {
  const { out, from, to } = binding
  if (DataType.isDictionary(data.type)) return bindDictionary(data, binding, bindText)
  if (DataType.isDecimal(data.type)) return bindDecimalText(data, data.type, out)
  if (kindOf(data.type) !== 'text') return bindBare(data, binding)
  const { bytes, offsets } = textsOf(data, from, to)
  return (row) => void writeBytes(out, bytes, offsetAt(offsets, row), offsetAt(offsets, row + 1))
}

/** Values whose bare text is their JSON as well, and times, whose text only wants quotes. */
export function bindBare(data: Data, { out, as }: Binding): Write {
  if (DataType.isInt(data.type)) return bindInteger(data, data.type, out)
  switch (kindOf(data.type)) {
    case 'float':
      return bindFloat(data, out)
    case 'boolean':
      return bindBoolean(data, out)
    case 'date':
    case 'timestamp':
      return bindTime(data, out, as)
    default:
      // Only the type of all-NULL columns is left, whose values nobody writes.
      return () => undefined
  }
}

/** Puts quotes around what a writer of harmless ASCII writes. */
export function quoted(write: Write, out: Out): Write {
  return (row) => {
    out.push(0x22)
    const reason = write(row)
    out.push(0x22)
    return reason
  }
}

function bindInteger(data: Data, { bitWidth, isSigned }: Int, out: Out): Write {
  if (bitWidth < 64) {
    const { values } = data
    return (row) => void writeInteger(out, values[row])
  }
  const words = wordsOf(data)
  return (row) => {
    const low = wordAt(words, row * 2) >>> 0
    const high = wordAt(words, row * 2 + 1)
    if (high < 0x200000 && high >= (isSigned ? -0x200000 : 0)) {
      writeInteger(out, high * 0x1_0000_0000 + low)
    } else {
      const top = BigInt(isSigned ? high : high >>> 0)
      writeAscii(out, ((top << 32n) | BigInt(low)).toString())
    }
    return undefined
  }
}

function bindFloat(data: Data, out: Out): Write {
  const values: Float64Array | Float32Array = data.values
  const isSingle = values instanceof Float32Array
  return (row) => {
    const value = values[row] ?? 0
    if (!Number.isFinite(value)) return 'value_not_finite'
    writeDouble(out, isSingle ? shortestFloat(value) : value)
    return undefined
  }
}

function bindBoolean(data: Data, out: Out): Write {
  const yes = literal('true')
  const no = literal('false')
  const { offset } = data
  const values: Uint8Array = data.values
  return (row) => {
    const bit = ((values[(offset + row) >> 3] ?? 0) >> ((offset + row) & 7)) & 1
    writeLiteral(out, bit === 1 ? yes : no)
    return undefined
  }
}

function bindTime(data: Data, out: Out, as: As | undefined): Write {
  const moment: Moment = { seconds: 0, nanos: 0 }
  const read = bindMoment(data, moment)
  const isDay = kindOf(data.type) === 'date'
  return (row) => {
    if (!read(row)) return 'time_out_of_range'
    if (as === 'unix') writeInteger(out, moment.seconds)
    else if (isDay) writeDay(out, moment)
    else writeIso(out, moment)
    return undefined
  }
}
