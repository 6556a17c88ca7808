import { Devices } from './devices.ts'
import { type Event, isEmail, People, type Person } from './people.ts'
import { Things } from './things.ts'
import type { Region, ReportRecord } from './words.ts'

/** What one Customer.io workspace knows about the world. */
export class Workspace {
  readonly region: Region
  readonly people = new People()
  readonly things = new Things()
  readonly devices = new Devices()
  readonly events: Event[] = []
  readonly reports: ReportRecord[] = []
  readonly suppressed = new Map<string, number>()

  constructor(region: Region) {
    this.region = region
  }

  /** True when an identifier was blocked and not freed since. */
  isSuppressed(identifier: string): boolean {
    return this.suppressed.size > 0 && this.suppressed.has(blockKey(identifier))
  }

  /** Blocks an identifier. */
  suppress(identifier: string, at: number): void {
    this.suppressed.set(blockKey(identifier), at)
  }

  /** Frees an identifier; false when it was not blocked. */
  unsuppress(identifier: string): boolean {
    return this.suppressed.delete(blockKey(identifier))
  }

  /** Forgets a person, with devices and relationships. */
  removePerson(person: Person): void {
    this.devices.release(person)
    this.things.release(person)
    this.people.remove(person)
  }

  /** Moves all that `merged` has to `kept`, who wins where both have it, and forgets `merged`. */
  mergePeople(kept: Person, merged: Person): void {
    this.devices.release(merged, kept)
    this.things.release(merged, kept)
    this.people.merge(kept, merged)
  }
}

/** E-mail addresses are blocked without regard to case. */
function blockKey(identifier: string): string {
  return isEmail(identifier) ? identifier.toLowerCase() : identifier
}
