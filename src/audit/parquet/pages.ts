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
const dataPageHeader = 0x2c
const dictionaryPageHeader = 0x4c

/** A version 1 data page, whose levels are run lengths. */
export function dataPage(content: PageContent, encoding: number): Uint8Array {
  return page(content, 0, dataPageHeader, [content.values, encoding, encodings.rle, encodings.rle])
}

/** A dictionary page, whose entries are written plainly. */
export function dictionaryPage(content: PageContent): Uint8Array {
  return page(content, 2, dictionaryPageHeader, [content.values, encodings.plain])
}

function page(
  { stored, rawBytes }: PageContent,
  type: number,
  header: number,
  fields: readonly number[],
): Uint8Array {
  const writer = new ByteWriter(stored.length + 40)
  for (const value of [type, rawBytes, stored.length]) field(writer, value)
  writer.uint(header, 1)
  for (const value of fields) field(writer, value)
  writer.uint(stop, 1)
  writer.uint(stop, 1)
  writer.bytes(stored)
  return writer.take()
}

function field(writer: ByteWriter, value: number): void {
  writer.uint(i32, 1)
  writer.varint(value << 1)
}
