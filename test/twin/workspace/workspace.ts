import { existsSync, mkdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Dispatcher } from 'undici'
import type { Clock } from '../../../src/core/index.ts'
import { Lake } from '../../../src/twin/delta/index.ts'
import { type FaultPlan, noFaults, serve } from '../../../src/twin/http/index.ts'
import {
  createSignIn,
  createWarehouse,
  createWorkspaceDoor,
  type FederationPolicy,
  openDeployed,
  openSecrets,
  type Volumes,
} from '../../../src/twin/workspace/index.ts'
import { ask, clientOf } from '../http/doors.ts'

export const principal = { clientId: 'job', clientSecret: 'shh:1', token: 'dapi0123' }

/** Volumes that are plain folders. */
export function folderVolumes(root: string): Volumes & { create(...names: string[]): string } {
  return {
    create(...names) {
      const folder = join(root, ...names)
      mkdirSync(folder, { recursive: true })
      return folder
    },
    hasVolume: (...names) => existsSync(join(root, ...names)),
    volumePath: (path) => join(root, path.replace('/Volumes/', '')),
  }
}

/** A clock that a test moves. */
export function handClock(start = 1_700_000_000_000): Clock & { advance(ms: number): void } {
  let now = start
  return {
    now: () => now,
    sleep: async (ms) => {
      now += ms
    },
    advance(ms) {
      now += ms
    },
  }
}

/** Looks until it is so, every 20 ms for half a minute at most. */
export async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let time = 0; time < 1500; time++) {
    if (await isSo()) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error('it did not come true')
}

const agent = clientOf()

/** A served workspace over a folder of its own. */
export async function startWorkspace(
  options: {
    readonly lifetimeMs?: number
    readonly federation?: FederationPolicy
    readonly warehouse?: { stopped?: boolean; startDelayMs?: number }
    readonly faults?: FaultPlan
    readonly python?: string
    /** A folder of an earlier workspace. */
    readonly folder?: string
  } = {},
) {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'twin-workspace-')))
  const clock = handClock()
  const lake = Lake.open(join(folder, 'lake'))
  lake.createCatalog('main')
  const volumes = folderVolumes(join(folder, 'volumes'))
  const volume = volumes.create('main', 'crm', 'files')
  const door = createWorkspaceDoor({
    signIn: createSignIn(
      {
        ...principal,
        ...(options.federation === undefined ? {} : { federation: options.federation }),
      },
      clock,
      options.lifetimeMs,
    ),
    secrets: openSecrets(join(folder, 'secrets.json')),
    volumes,
    catalogs: lake,
    clock,
    warehouse: createWarehouse('w1', clock, options.warehouse),
    clientId: principal.clientId,
    staging: join(folder, 'uploads'),
    files: join(folder, 'workspace'),
    deployed: openDeployed(join(folder, 'deployed.json')),
    tasks: {
      python: options.python,
      environment: () => ({ PATH: process.env.PATH ?? '', COLOUR: 'blue' }),
      folder: join(folder, 'tasks'),
      origin: () => 'https://localhost',
    },
  })
  const faults = options.faults ?? noFaults
  const served = await serve({ address: 'workspace', doors: [door], port: 0, faults })
  return {
    folder,
    volume,
    lake,
    clock,
    origin: served.origin,
    /** A call with the personal access token, unless it brings its own authorization. */
    async call(
      method: Dispatcher.HttpMethod,
      path: string,
      body?: string | Buffer,
      authorization: string | undefined = `Bearer ${principal.token}`,
    ) {
      const answer = await ask(agent, `${served.origin}${path}`, {
        method,
        headers: authorization === '' ? {} : { authorization },
        ...(body === undefined ? {} : { body }),
      })
      const json = answer.headers['content-type'] === 'application/json' && method !== 'HEAD'
      return { ...answer, json: json ? JSON.parse(answer.text) : undefined }
    },
    /** The status of a call whose path goes out as it is written: URL clients resolve dots themselves. */
    raw(method: string, path: string): Promise<number | undefined> {
      return new Promise((resolve, reject) => {
        const headers = { authorization: `Bearer ${principal.token}` }
        httpRequest({ port: served.port, method, path, headers }, (response) => {
          response.resume().on('end', () => resolve(response.statusCode))
        })
          .on('error', reject)
          .end()
      })
    },
    /** Stops it and leaves its folder. */
    async stop() {
      await door.close()
      await served.close(0)
      lake.close()
    },
    async close() {
      await this.stop()
      await rm(folder, { recursive: true })
    },
  }
}
