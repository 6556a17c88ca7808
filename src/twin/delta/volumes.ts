import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DeltaError } from './errors.ts'
import { folderName } from './names.ts'

/** The volumes of a lake: folders of files, addressed as `/Volumes/<catalog>/<schema>/<volume>/…`. */
export class Volumes {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /** The volumes of a schema. */
  list(catalog: string, schema: string): string[] {
    const folder = join(this.#folder, folderName(catalog), folderName(schema))
    return existsSync(folder) ? readdirSync(folder).sort() : []
  }

  /** True when the volume is there. */
  has(catalog: string, schema: string, volume: string): boolean {
    return existsSync(this.#path(catalog, schema, volume))
  }

  /** Creates a volume; one that is there stays as it is. */
  create(catalog: string, schema: string, volume: string): void {
    mkdirSync(this.#path(catalog, schema, volume), { recursive: true })
  }

  /** Removes a volume and its files. */
  drop(catalog: string, schema: string, volume: string): void {
    rmSync(this.#path(catalog, schema, volume), { recursive: true, force: true })
  }

  /** The local path of a volume path. Throws when there is no such volume or the path would leave it. */
  resolve(path: string): string {
    const [, catalog, schema, volume, rest = ''] =
      /^\/Volumes\/([^/]+)\/([^/]+)\/([^/]+)(?:\/(.*))?$/s.exec(path) ?? []
    if (catalog === undefined || schema === undefined || volume === undefined) {
      throw new DeltaError(
        'INVALID_VOLUME_PATH',
        'A volume path reads /Volumes/<catalog>/<schema>/<volume>/<file>. Correct the path.',
      )
    }
    if (!this.has(catalog, schema, volume)) {
      throw new DeltaError(
        'VOLUME_NOT_FOUND',
        `Volume ${catalog}.${schema}.${volume} is not there. Create it first.`,
        { volume: `${catalog}.${schema}.${volume}` },
      )
    }
    const steps = rest.replace(/\/$/, '').split('/')
    const outside = steps.some(
      (step) => /^\.\.?$|[\\\0]/.test(step) || (step === '' && rest !== ''),
    )
    if (outside) {
      throw new DeltaError(
        'INVALID_VOLUME_PATH',
        `A path in volume ${catalog}.${schema}.${volume} must not hold '.', '..', empty steps or backslashes. Correct the path.`,
      )
    }
    return join(this.#path(catalog, schema, volume), ...steps)
  }

  #path(catalog: string, schema: string, volume: string): string {
    return join(this.#folder, folderName(catalog), folderName(schema), folderName(volume))
  }
}
