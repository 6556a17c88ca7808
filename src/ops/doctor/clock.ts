import type { Check, Patient } from './check.ts'
import { type Finding, failed, ok, skipped, warning } from './finding.ts'

/** Beyond this, times of events and ids are visibly off. */
const warnMs = 30_000
/** Beyond this, tokens are refused or thought to hold, and leases are misjudged. */
const failMs = 300_000

const cure = 'set the clock of this machine, best by NTP'

/** Compares this machine's clock with those of the workspace and of Customer.io, as their `Date` headers say it. */
export const clockCheck: Check = {
  name: 'clock',
  needs: ['settings', 'project'],
  async run(patient) {
    const findings = [await compared(patient, 'workspace', () => patient.parts.workspace.time())]
    const { destinations } = patient.parts.project
    const regions = new Map(Object.values(destinations).map((one) => [one.region, one]))
    for (const [region, destination] of regions) {
      const time = async () => {
        const answer = await patient.reach(destination)
        return answer.isReached ? answer.time : undefined
      }
      findings.push(await compared(patient, `Customer.io ${region}`, time))
    }
    return findings
  },
}

/** Compares as soon as the answer is there. One that cannot be reached is told about by the check that needs it. */
async function compared(
  { parts: { clock } }: Patient,
  about: string,
  time: () => Promise<number | undefined>,
): Promise<Finding> {
  const said = await time().catch(() => undefined)
  return said === undefined
    ? skipped('it did not say what time it is', about)
    : skew(clock.now() - said, about)
}

/** What to think of a clock that is so far ahead (behind, when negative) of another one. */
export function skew(ms: number, about: string): Finding {
  const off = Math.abs(ms)
  const words = `this machine's clock is ${Math.round(off / 1000)} s ${ms < 0 ? 'behind' : 'ahead'}`
  if (off > failMs) return failed(words, cure, about)
  // Date headers are cut to the second, and an answer takes its time.
  return off > warnMs ? warning(words, cure, about) : ok(`within ${warnMs / 1000} s of ours`, about)
}
