/** Compresses a buffer into one LZ4 frame. */
export type Compress = (bytes: Buffer) => Promise<Buffer>

let loading: Promise<Compress | undefined> | undefined

/** LZ4 when the optional package `lz4-napi` is installed; else undefined, and results go out uncompressed. */
export function loadLz4(): Promise<Compress | undefined> {
  loading ??= import('lz4-napi').then(
    ({ compressFrame }) =>
      (bytes: Buffer) =>
        compressFrame(bytes),
    () => undefined,
  )
  return loading
}
