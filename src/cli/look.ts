import type { DoctorLook } from '../ops/index.ts'
import type { Terminal } from './terminal.ts'

/** How wide a terminal is, from 40 characters to 100, and whether it shows colours. */
export function lookFor({ isPerson }: Terminal): DoctorLook {
  return {
    width: Math.max(40, Math.min(process.stdout.columns ?? 80, 100)),
    colours: isPerson && (process.env.NO_COLOR ?? '') === '',
  }
}
