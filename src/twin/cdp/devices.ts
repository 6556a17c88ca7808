import type { Person } from './people.ts'
import type { JsonObject } from './words.ts'

/** A device while the workspace holds it. */
export interface Device {
  readonly token: string
  readonly person: Person
  readonly platform?: string
  readonly attributes: JsonObject
  readonly lastUsed: string
}

/** The devices of one workspace, by token. A token is one person's at a time: the last who was named with it. */
export class Devices {
  readonly #byToken = new Map<string, Device>()
  readonly #byPerson = new Map<Person, Set<string>>()

  /** Every device. */
  all(): Iterable<Device> {
    return this.#byToken.values()
  }

  /** How many there are. */
  get count(): number {
    return this.#byToken.size
  }

  /** Makes a device or updates it; attributes are merged. */
  upsert(device: Device): void {
    const known = this.#byToken.get(device.token)
    const platform = device.platform ?? known?.platform
    this.#put({
      ...device,
      attributes: { ...known?.attributes, ...device.attributes },
      ...(platform === undefined ? {} : { platform }),
    })
  }

  /** Forgets a person's device; false when the person has none with that token. */
  remove(token: string, person: Person): boolean {
    if (this.#byToken.get(token)?.person !== person) return false
    this.#byPerson.get(person)?.delete(token)
    return this.#byToken.delete(token)
  }

  /** A person's devices. */
  *of(person: Person): Iterable<Device> {
    for (const token of this.#byPerson.get(person) ?? []) {
      const device = this.#byToken.get(token)
      if (device !== undefined) yield device
    }
  }

  /** Forgets a person's devices, or hands them to `heir`. */
  release(person: Person, heir?: Person): void {
    for (const device of [...this.of(person)]) {
      if (heir === undefined) this.remove(device.token, person)
      else this.#put({ ...device, person: heir })
    }
  }

  #put(device: Device): void {
    const known = this.#byToken.get(device.token)
    if (known !== undefined) this.#byPerson.get(known.person)?.delete(device.token)
    this.#byToken.set(device.token, device)
    const tokens = this.#byPerson.get(device.person) ?? new Set()
    this.#byPerson.set(device.person, tokens.add(device.token))
  }
}
