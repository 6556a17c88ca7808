import { randomBytes, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { z } from 'zod'
import { keptJson } from './workspace/index.ts'

const Identity = z.object({
  clientId: z.string().min(1),
  clientSecret: z.string().min(1),
  token: z.string().min(1),
  warehouseId: z.string().min(1),
})

/** Who signs in to the folder's workspace, and what its warehouse is called; the same over restarts. */
export type Identity = z.output<typeof Identity>

/** The folder's identity, made at random by its first start. */
export function keepIdentity(folder: string): Identity {
  const random = (bytes: number) => randomBytes(bytes).toString('hex')
  return keptJson(join(folder, 'identity.json'), Identity, () => ({
    clientId: randomUUID(),
    clientSecret: `dose${random(16)}`,
    token: `dapi${random(16)}`,
    warehouseId: random(8),
  }))
}
