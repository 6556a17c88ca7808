import type { Data, Decimal } from 'apache-arrow'
import type { Write } from './cell.ts'
import { decimalText, exactNumber, writeAscii, writeScaled } from './numbers.ts'
import type { Out } from './out.ts'
import { wordAt, wordsOf } from './words64.ts'

/** A writer of decimals as SQL prints them, with every digit of the scale. */
export function bindDecimalText(data: Data, { bitWidth, scale }: Decimal, out: Out): Write {
  const unscaled = bindUnscaled(data, bitWidth / 32)
  return (row) => void writeAscii(out, decimalText(unscaled(row), scale))
}

/**
 * A writer of decimals as JSON: a number when a double carries exactly that value, else a string with every digit.
 */
export function bindDecimalJson(data: Data, { bitWidth, scale }: Decimal, out: Out): Write {
  const stride = bitWidth / 32
  const unscaled = bindUnscaled(data, stride)
  const words = wordsOf(data)
  return (row) => {
    const low = wordAt(words, row * stride) >>> 0
    const high = wordAt(words, row * stride + 1)
    const small = high * 0x1_0000_0000 + low
    if (isShort(words, row * stride, stride) && Math.abs(small) < 1e15 && scale >= 0) {
      writeScaled(out, small, scale)
      return undefined
    }
    const text = decimalText(unscaled(row), scale)
    writeAscii(out, exactNumber(text) ?? `"${text}"`)
    return undefined
  }
}

/** True when all words above the lowest two only repeat the sign. */
function isShort(words: Int32Array, at: number, stride: number): boolean {
  const sign = wordAt(words, at + 1) >> 31
  for (let i = 2; i < stride; i++) if (words[at + i] !== sign) return false
  return true
}

function bindUnscaled(data: Data, stride: number): (row: number) => bigint {
  const words = wordsOf(data)
  return (row) => {
    let value = BigInt(wordAt(words, (row + 1) * stride - 1))
    for (let i = stride - 2; i >= 0; i--) {
      value = (value << 32n) | BigInt(wordAt(words, row * stride + i) >>> 0)
    }
    return value
  }
}
