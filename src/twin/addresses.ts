import type { Clock } from '../core/index.ts'
import { createCustomerioDoor, type Store } from './cdp/index.ts'
import type { Closers } from './closers.ts'
import { type Origins, taskEnvironment } from './environment.ts'
import { createControlDoor, type Faults } from './faults/index.ts'
import { type Door, type KeptTrust, type Served, serve } from './http/index.ts'
import type { Identity } from './identity.ts'
import type { TwinOptions } from './options.ts'
import { regionKeys } from './region-keys.ts'
import type { SqlEngine } from './sql/contract.ts'
import { createWarehouseDoor, type WarehouseDoor } from './thrift/index.ts'
import {
  createSignIn,
  createWorkspaceDoor,
  type Secrets,
  type SignIn,
  type Warehouse,
  type WorkspaceDoor,
  type WorkspaceParts,
  withPower,
} from './workspace/index.ts'

/** What stands behind the addresses. */
export interface Inside
  extends Pick<WorkspaceParts, 'volumes' | 'catalogs' | 'deployed' | 'staging' | 'files'> {
  readonly engine: SqlEngine
  readonly store: Store
  readonly secrets: Secrets
  readonly warehouse: Warehouse
  readonly identity: Identity
  readonly trust: KeptTrust
  readonly faults: Faults
  readonly clock: Clock
  /** The folder that the tasks of jobs start in. */
  readonly scratch: string
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
  const origins = { workspace: '', us: '', eu: '' }
  const signIn = createSignIn(inside.identity, clock, options.tokenLifetimeMs)
  const sql = openWarehouse(inside, options, signIn, () => origins.workspace)
  closers.add(() => sql.close())
  const door = openWorkspace(inside, options, signIn, origins)
  const control = createControlDoor(faults, inside.controlSecret)
  const workspace = await open('workspace', [control, withPower(sql, inside.warehouse), door])
  origins.workspace = workspace.origin
  const us = await open('us', [customerioDoor(inside, options, 'us')])
  origins.us = us.origin
  const eu = await open('eu', [customerioDoor(inside, options, 'eu')])
  origins.eu = eu.origin
  // First of all to be let go of: what runs talks to the addresses.
  closers.add(() => door.close())
  return { workspace, us, eu }
}

function openWarehouse(
  { engine, clock, warehouse }: Inside,
  { results }: TwinOptions,
  signIn: SignIn,
  linkBase: () => string,
): WarehouseDoor {
  return createWarehouseDoor({
    ...results,
    engine,
    clock,
    authorize: (headers) => signIn.authorize(headers) === undefined,
    warehouses: [warehouse],
    linkBase,
  })
}

function openWorkspace(
  inside: Inside,
  { python }: TwinOptions,
  signIn: SignIn,
  origins: Origins,
): WorkspaceDoor {
  const { identity, trust, scratch: folder } = inside
  return createWorkspaceDoor({
    ...inside,
    signIn,
    clientId: identity.clientId,
    tasks: {
      python,
      folder,
      environment: () => taskEnvironment(origins, identity, trust),
      origin: () => origins.workspace,
    },
  })
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
