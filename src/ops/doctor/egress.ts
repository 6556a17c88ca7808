import type { Check } from './check.ts'
import { type Finding, failed, ok } from './finding.ts'

/** Whether the network lets us through to Customer.io, one host for each region in use. */
export const egressCheck: Check = {
  name: 'egress',
  needs: ['settings', 'project'],
  async run({ parts: { project }, reach }) {
    const regions = new Map(Object.values(project.destinations).map((one) => [one.region, one]))
    const findings: Finding[] = []
    for (const [region, destination] of regions) {
      const answer = await reach(destination)
      const where = `${answer.host}:${answer.port}`
      findings.push(
        answer.isReached
          ? ok(`${where} answers`, region)
          : failed(
              `${where} cannot be reached: ${answer.text.toLowerCase()} (${answer.reason})`,
              `allow ${answer.host} on port ${answer.port} (TCP, TLS) where this runs: for serverless jobs in the network policy of the account`,
              region,
              'DESTINATION_DOWN',
            ),
      )
    }
    return findings
  },
}
