import { type Data, DataType } from 'apache-arrow'
import type { Binding, Write } from './cell.ts'
import { bindDecimalJson, bindDecimalText } from './decimals.ts'
import { bindDictionary } from './dictionary.ts'
import { bindNull } from './nulls.ts'
import { literal, type Out, writeLiteral } from './out.ts'
import { bindBare, bindText, quoted } from './scalars.ts'
import { offsetAt, textsOf, writeQuoted } from './texts.ts'
import { kindOf } from './types.ts'

const comma = 0x2c
const nothing = literal('null')

/** A writer of JSON values. `as` concerns the value itself; what is inside arrays, structs and maps has none. */
export function bindJson(data: Data, binding: Binding): Write {
  const { out, from, to, as } = binding
  if (DataType.isDictionary(data.type)) return bindDictionary(data, binding, bindJson)
  if (DataType.isDecimal(data.type)) {
    if (as === 'text') return quoted(bindDecimalText(data, data.type, out), out)
    return bindDecimalJson(data, data.type, out)
  }
  switch (kindOf(data.type)) {
    case 'text': {
      const { view, offsets } = textsOf(data, from, to)
      return (row) =>
        void writeQuoted(out, view, offsetAt(offsets, row), offsetAt(offsets, row + 1))
    }
    case 'date':
    case 'timestamp':
      return as === 'unix' ? bindBare(data, binding) : quoted(bindBare(data, binding), out)
    case 'list':
      return bindList(data, binding)
    case 'struct':
      return bindStruct(data, binding)
    case 'map':
      return bindMap(data, binding)
    default:
      return as === 'text' ? quoted(bindBare(data, binding), out) : bindBare(data, binding)
  }
}

/** Ends an array or object whose parts each left a comma behind them. */
export function close(out: Out, byte: number): void {
  if (out.bytes[out.at - 1] === comma) out.bytes[out.at - 1] = byte
  else out.push(byte)
}

/** An ARRAY is a JSON array; NULL elements stay null. */
function bindList(data: Data, { out, from, to }: Binding): Write {
  const start = startsOf(data)
  const write = bindElement(data.children[0], { out, from: start(from), to: start(to) })
  return (row) => {
    out.push(0x5b)
    for (let i = start(row), end = start(row + 1); i < end; i++) {
      const reason = write(i)
      if (reason !== undefined) return reason
      out.push(comma)
    }
    close(out, 0x5d)
    return undefined
  }
}

/** A STRUCT is a JSON object; NULL members stay null. */
function bindStruct(data: Data, { out, from, to }: Binding): Write {
  const members = data.type.children.map(({ name }: { name: string }, i: number) => ({
    prefix: literal(`${JSON.stringify(name)}:`),
    write: bindElement(data.children[i], { out, from, to }),
  }))
  return (row) => {
    out.push(0x7b)
    for (const { prefix, write } of members) {
      writeLiteral(out, prefix)
      const reason = write(row)
      if (reason !== undefined) return reason
      out.push(comma)
    }
    close(out, 0x7d)
    return undefined
  }
}

/** A MAP is a JSON object; keys that are not strings are written as their text. */
function bindMap(data: Data, { out, from, to }: Binding): Write {
  const start = startsOf(data)
  const range = { out, from: start(from), to: start(to) }
  const [keys, values] = data.children[0]?.children ?? []
  const writeKey = bindKey(keys, range)
  const writeValue = bindElement(values, range)
  return (row) => {
    out.push(0x7b)
    for (let i = start(row), end = start(row + 1); i < end; i++) {
      const badKey = writeKey(i)
      if (badKey !== undefined) return badKey
      out.push(0x3a)
      const reason = writeValue(i)
      if (reason !== undefined) return reason
      out.push(comma)
    }
    close(out, 0x7d)
    return undefined
  }
}

function bindKey(data: Data | undefined, binding: Binding): Write {
  if (data === undefined) return () => undefined
  if (kindOf(data.type) === 'text') return bindJson(data, binding)
  return quoted(bindText(data, binding), binding.out)
}

function bindElement(data: Data | undefined, binding: Binding): Write {
  if (data === undefined) return () => undefined
  const isNull = bindNull(data)
  const write = bindJson(data, binding)
  if (isNull === undefined) return write
  return (row) => (isNull(row) ? void writeLiteral(binding.out, nothing) : write(row))
}

/** Where the elements of row `i` start among the children. */
function startsOf(data: Data): (row: number) => number {
  if (DataType.isFixedSizeList(data.type)) {
    const { listSize } = data.type
    return (row) => row * listSize
  }
  const offsets = data.valueOffsets
  return (row) => Number(offsetAt(offsets, row))
}
