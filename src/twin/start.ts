import { randomBytes } from 'node:crypto'
import { join, resolve } from 'node:path'
import { type Clock, systemClock } from '../core/index.ts'
import { type Addresses, type Inside, openAddresses } from './addresses.ts'
import { createStore } from './cdp/index.ts'
import { type Closers, createClosers } from './closers.ts'
import { Lake } from './delta/index.ts'
import { environmentOf } from './environment.ts'
import { createFaults } from './faults/index.ts'
import { keepTrust } from './http/index.ts'
import { keepIdentity } from './identity.ts'
import { lockFolder } from './lock.ts'
import type { TwinOptions } from './options.ts'
import { createSqlEngine } from './sql/index.ts'
import type { Twin } from './twin.ts'
import { createWarehouse, openDeployed, openSecrets } from './workspace/index.ts'

/**
 * Starts a twin over a folder: a SQL warehouse with its workspace, and Customer.io in both regions, each on an https
 * address of its own on loopback. A folder that was used before is taken up where it was left.
 *
 * @throws ConfigError DATA_FOLDER_LOCKED, DATA_FOLDER_INVALID or PORT_UNAVAILABLE; nothing stays open then.
 */
export async function startTwin(options: TwinOptions): Promise<Twin> {
  const closers = createClosers()
  try {
    const inside = await openInside(resolve(options.folder), options, closers)
    const addresses = await openAddresses(inside, options, closers)
    return describe(inside, addresses, closers)
  } catch (error) {
    await closers.close()
    throw error
  }
}

type Opened = Inside & Pick<Twin, 'lake'>

async function openInside(folder: string, options: TwinOptions, closers: Closers): Promise<Opened> {
  const { clock = systemClock, faults, keep = 'all' } = options
  closers.add(await lockFolder(folder))
  const identity = keepIdentity(folder)
  const trust = await keepTrust(join(folder, 'tls'), systemClock.now())
  const lake = openLake(join(folder, 'lake'), clock)
  closers.add(() => lake.close())
  const engine = await createSqlEngine(lake, { ...options.sql, clock, user: identity.clientId })
  closers.add(() => engine.close())
  const store = await createStore({ folder: join(folder, 'customerio'), clock, keep })
  closers.add(() => store.close())
  return {
    lake,
    engine,
    store,
    volumes: lake,
    catalogs: lake,
    deployed: openDeployed(join(folder, 'deployed.json')),
    files: join(folder, 'workspace'),
    secrets: openSecrets(join(folder, 'secrets.json')),
    warehouse: createWarehouse(identity.warehouseId, clock, options.warehouse),
    identity,
    trust,
    faults: createFaults(faults),
    clock,
    staging: join(folder, 'uploads'),
    scratch: join(folder, 'tasks'),
    controlSecret: randomBytes(16).toString('hex'),
    pageSecret: randomBytes(16).toString('hex'),
  }
}

/** A new lake has what a new workspace has: the catalog `main` with its schema `default`. */
function openLake(folder: string, clock: Clock): Lake {
  const lake = Lake.open(folder, clock)
  if (!lake.hasCatalog('main')) lake.createCatalog('main')
  if (!lake.hasSchema('main', 'default')) lake.createSchema('main', 'default')
  return lake
}

function describe(inside: Opened, { workspace, us, eu }: Addresses, closers: Closers): Twin {
  const { identity, trust, lake, engine, warehouse, store, faults, controlSecret } = inside
  const { warehouseId, clientId, clientSecret, token } = identity
  const origins = { workspace: workspace.origin, us: us.origin, eu: eu.origin }
  return {
    environment: environmentOf(origins, identity, trust),
    ca: trust.ca,
    workspaceOrigin: workspace.origin,
    customerioOrigins: { us: us.origin, eu: eu.origin },
    pageAddress: `${us.origin}/?secret=${inside.pageSecret}`,
    controlAddress: `${workspace.origin}/twin/faults`,
    controlSecret,
    warehouseId,
    clientId,
    clientSecret,
    token,
    lake,
    engine,
    warehouse,
    store,
    faults,
    close: () => closers.close(),
  }
}
