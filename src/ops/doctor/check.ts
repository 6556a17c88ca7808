import type { Settings } from '../../config/index.ts'
import type { DestinationSpec } from '../../core/index.ts'
import { type Reach, reach } from '../../customerio/index.ts'
import type { Parts } from '../../sync/index.ts'
import type { Finding } from './finding.ts'

/** What checks look at, once project and settings could be read. */
export interface Patient {
  readonly parts: Parts
  readonly settings: Settings
  /** Whether Customer.io can be talked to in the region of a destination; each region is asked once. */
  reach(destination: DestinationSpec): Promise<Reach>
}

/** One check. What goes wrong in it is a finding; whatever it throws becomes one. */
export interface Check {
  readonly name: CheckName
  /** Checks that must not have failed before; otherwise this one is skipped. */
  readonly needs: readonly CheckName[]
  /** @param before what the checks before it have found, by name */
  run(patient: Patient, before: Found): Promise<readonly Finding[]>
}

/** Every check, in the order in which they are made and shown. */
export const checkNames = [
  'settings',
  'project',
  'node',
  'clock',
  'identity',
  'warehouse',
  'sources',
  'control',
  'egress',
  'keys',
  'syncs',
] as const

/** The name of a check. */
export type CheckName = (typeof checkNames)[number]

/** Findings by the check that made them. */
export type Found = ReadonlyMap<CheckName, readonly Finding[]>

/** A patient with a memory for what was asked of Customer.io. */
export function patientOf(parts: Parts, settings: Settings, ca: string | undefined): Patient {
  const asked = new Map<string, Promise<Reach>>()
  return {
    parts,
    settings,
    reach({ region }) {
      const url = settings.customerioUrls[region]
      const known = asked.get(region)
      if (known !== undefined) return known
      const answer = reach({
        region,
        ...(url === undefined ? {} : { url }),
        ...(ca === undefined ? {} : { ca }),
      })
      asked.set(region, answer)
      return answer
    },
  }
}
