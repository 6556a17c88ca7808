import type { Clock } from '../core/index.ts'
import { createCustomerioDoor, type Store } from './cdp/index.ts'
import type { Closers } from './closers.ts'
import { createControlDoor, type Faults } from './faults/index.ts'
import { type Door, type Served, serve, type Trust } from './http/index.ts'
import type { Identity } from './identity.ts'
import type { TwinOptions } from './options.ts'
import { regionKeys } from './region-keys.ts'
import type { SqlEngine } from './sql/contract.ts'
import { createWarehouseDoor } from './thrift/index.ts'
import {
  createSignIn,
  createWorkspaceDoor,
  type Secrets,
  type Volumes,
  type Warehouse,
  withPower,
} from './workspace/index.ts'

/** What stands behind the addresses. */
export interface Inside {
  readonly engine: SqlEngine
  readonly volumes: Volumes
  readonly store: Store
  readonly secrets: Secrets
  readonly warehouse: Warehouse
  readonly identity: Identity
  readonly trust: Trust
  readonly faults: Faults
  readonly clock: Clock
  /** For unfinished uploads. */
  readonly staging: string
  readonly controlSecret: string
  readonly pageSecret: string
}

/** The twin's three addresses: the workspace with its warehouse, and Customer.io in both regions. */
export interface Addresses {
  readonly workspace: Served
  readonly us: Served
  readonly eu: Served
}

/** Opens the addresses; whatever is open goes into `closers`, also when a later one fails. */
export async function openAddresses(
  inside: Inside,
  options: TwinOptions,
  closers: Closers,
): Promise<Addresses> {
  const { trust: tls, faults, clock } = inside
  const { ports = {}, onRequest } = options
  const open = async (address: 'workspace' | 'us' | 'eu', doors: readonly Door[]) => {
    const port = ports[address] ?? 0
    const hook = onRequest === undefined ? {} : { onRequest }
    const served = await serve({ address, doors, tls, port, faults, clock, ...hook })
    closers.add(() => served.close())
    return served
  }
  let origin = ''
  const workspace = await open(
    'workspace',
    workspaceDoors(inside, options, closers, () => origin),
  )
  origin = workspace.origin
  const us = await open('us', [customerioDoor(inside, options, 'us')])
  const eu = await open('eu', [customerioDoor(inside, options, 'eu')])
  return { workspace, us, eu }
}

function workspaceDoors(
  inside: Inside,
  options: TwinOptions,
  closers: Closers,
  linkBase: () => string,
): Door[] {
  const { engine, clock, identity, warehouse, faults } = inside
  const signIn = createSignIn(identity, clock, options.tokenLifetimeMs)
  const sql = createWarehouseDoor({
    ...options.results,
    engine,
    clock,
    authorize: (headers) => signIn.authorize(headers) === undefined,
    warehouses: [warehouse],
    linkBase,
  })
  closers.add(() => sql.close())
  return [
    createControlDoor(faults, inside.controlSecret),
    withPower(sql, warehouse),
    createWorkspaceDoor({ ...inside, signIn, clientId: identity.clientId }),
  ]
}

function customerioDoor(
  inside: Inside,
  { rateLimit, refuse }: TwinOptions,
  region: 'us' | 'eu',
): Door {
  const { secrets, store, clock, pageSecret } = inside
  return createCustomerioDoor({
    region,
    store,
    clock,
    pageSecret,
    keys: () => regionKeys(secrets.read(), region),
    keysElsewhere: () => regionKeys(secrets.read(), region === 'us' ? 'eu' : 'us'),
    ...(rateLimit === undefined ? {} : { rateLimit }),
    ...(refuse === undefined ? {} : { refuse }),
  })
}
