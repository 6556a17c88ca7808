import { existsSync, mkdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Dispatcher } from 'undici'
import type { Clock } from '../../../src/core/index.ts'
import { type FaultPlan, noFaults, serve } from '../../../src/twin/http/index.ts'
import {
  createSignIn,
  createWarehouse,
  createWorkspaceDoor,
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

const agent = clientOf()

/** A served workspace over a folder of its own. */
export async function startWorkspace(
  options: {
    readonly lifetimeMs?: number
    readonly warehouse?: { stopped?: boolean; startDelayMs?: number }
    readonly faults?: FaultPlan
  } = {},
) {
  const folder = await mkdtemp(join(tmpdir(), 'twin-workspace-'))
  const clock = handClock()
  const volumes = folderVolumes(join(folder, 'volumes'))
  const volume = volumes.create('main', 'crm', 'files')
  const door = createWorkspaceDoor({
    signIn: createSignIn(principal, clock, options.lifetimeMs),
    secrets: openSecrets(join(folder, 'secrets.json')),
    volumes,
    warehouse: createWarehouse('w1', clock, options.warehouse),
    clientId: principal.clientId,
    staging: join(folder, 'uploads'),
  })
  const faults = options.faults ?? noFaults
  const served = await serve({ address: 'workspace', doors: [door], port: 0, faults })
  return {
    folder,
    volume,
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
    async close() {
      await served.close(0)
      await rm(folder, { recursive: true })
    },
  }
}
