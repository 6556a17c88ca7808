import { mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Files } from '../src/audit/index.ts'

/** A volume on local disk: a file that was put is on the disk, not in a cache, when the promise resolves. */
export function diskFiles(folder: string): Files {
  return {
    async put(path, bytes) {
      const target = `${folder}/${path}`
      await mkdir(dirname(target), { recursive: true })
      const file = await open(target, 'wx')
      try {
        await file.writeFile(bytes)
        await file.sync()
      } finally {
        await file.close()
      }
      return 'created'
    },
    list: async () => [],
    delete: async () => {},
  }
}
