import { ByteWriter } from './byte-writer.ts'

/** Parquet's numbers for encodings. */
export const encodings = { plain: 0, rle: 3, dictionary: 8 } as const

/** A page's number of values, and its body as it is stored and before compression. */
interface PageContent {
  readonly values: number
  readonly stored: Uint8Array
  readonly rawBytes: number
}

// Thrift's compact protocol: each field is a byte of (distance to the field before, type), then its value.
const i32 = 0x15
const stop = 0
const dataHeader = 0x2c
const dictionaryHeader = 0x4c

/** The header of a version 1 data page, whose levels are run lengths. */
export function dataPageHeader(content: PageContent, encoding: number): Uint8Array {
  return header(content, 0, dataHeader, [content.values, encoding, encodings.rle, encodings.rle])
}

/** The header of a dictionary page, whose entries are written plainly. */
export function dictionaryPageHeader(content: PageContent): Uint8Array {
  return header(content, 2, dictionaryHeader, [content.values, encodings.plain])
}

function header(
  { stored, rawBytes }: PageContent,
  type: number,
  own: number,
  fields: readonly number[],
): Uint8Array {
  const writer = new ByteWriter(64)
  for (const value of [type, rawBytes, stored.length]) field(writer, value)
  writer.uint(own, 1)
  for (const value of fields) field(writer, value)
  writer.uint(stop, 1)
  writer.uint(stop, 1)
  return writer.take()
}

function field(writer: ByteWriter, value: number): void {
  writer.uint(i32, 1)
  writer.varint(value << 1)
}
