import { z } from 'zod'

const millis: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}
const hint = 'a duration such as 30s, 10m, 2h or 1d'

/** A duration as a person writes it; ms once parsed. A day is 24 hours. */
export const Duration = z
  .string(hint)
  .regex(/^\d{1,6}[smhd]$/, hint)
  .transform(periodMs)

/** The ms of a text whose form is checked already: a number and its unit, up to weeks. */
export function periodMs(text: string): number {
  return Number(text.slice(0, -1)) * (millis[text.slice(-1)] ?? 0)
}
