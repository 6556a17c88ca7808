import type { Settings } from '../config/index.ts'
import {
  type Clock,
  ConfigError,
  type DestinationSpec,
  type Log,
  noTelemetry,
  type ProjectSpec,
  type SecretRef,
  type Telemetry,
} from '../core/index.ts'
import { type Budget, createBudget, type DeliveryLimits } from '../delivery/index.ts'
import type { SpoolOptions } from '../source/index.ts'
import { openTelemetry } from '../telemetry/index.ts'
import {
  openWarehouse,
  openWorkspace,
  type SessionLimits,
  type Warehouse,
  type Workspace,
} from '../warehouse/index.ts'
import { type Destination, openDestination } from './destination.ts'
import { measured } from './measured.ts'
import { packageVersion } from './version.ts'

/** What every run of a process shares: connections, secrets, one budget per destination. */
export interface Parts {
  readonly project: ProjectSpec
  readonly warehouse: Warehouse
  readonly workspace: Workspace
  readonly clock: Clock
  readonly log: Log
  readonly telemetry: Telemetry
  readonly spool: SpoolOptions
  readonly deliveryLimits: Partial<DeliveryLimits>
  readonly environment: Readonly<Record<string, string | undefined>>
  /** The key of the message ids. */
  idSecret(): Promise<string>
  /** Opened at first use. */
  destination(name: string): Promise<Destination>
  budget(name: string): Budget
  close(): Promise<void>
}

/** How long each side is waited for; what is left out has the default of its room. */
export interface Patience {
  readonly session?: Partial<SessionLimits>
  readonly delivery?: Partial<DeliveryLimits>
  /** How long one REST call to the workspace may be repeated, in ms. */
  readonly workspaceMs?: number
}

/** What {@link openParts} is made from. */
export interface PartsOptions {
  readonly project: ProjectSpec
  readonly settings: Settings
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
  readonly log: Log
  /** Extra certificate authority in PEM, for tests; a process uses NODE_EXTRA_CA_CERTS. */
  readonly ca?: string
  readonly patience?: Patience
  /** The part of every destination's budget that this process may spend. Default 1. */
  readonly share?: number
}

/** The composition root: connects nothing before it is needed. */
export function openParts(options: PartsOptions): Parts {
  const { project, settings, clock, log, patience = {} } = options
  const ca = options.ca === undefined ? {} : { ca: options.ca }
  const { origin, warehouseId, credentials, cloudFetch } = settings.databricks
  const workspace = openWorkspace({
    origin,
    credentials,
    clock,
    log,
    ...ca,
    ...(patience.workspaceMs === undefined ? {} : { budgetMs: patience.workspaceMs }),
  })
  const { hostname, port } = new URL(origin)
  const warehouse = openWarehouse(
    {
      host: hostname,
      port: port === '' ? 443 : Number(port),
      warehouseId,
      token: workspace.token,
      ready: () => workspace.startWarehouse(warehouseId),
      cloudFetch,
      clock,
      log,
      ...ca,
    },
    patience.session,
  )
  const secret = secretReader(workspace, options.environment)
  const spec = (name: string): DestinationSpec => {
    const found = project.destinations[name]
    if (found === undefined)
      throw new ConfigError('DESTINATION_UNKNOWN', `there is no destination "${name}"`)
    return found
  }
  const destinations = once((name) =>
    openDestination({
      spec: spec(name),
      url: settings.customerioUrls[spec(name).region],
      elsewhere: settings.customerioUrls[spec(name).region === 'us' ? 'eu' : 'us'],
      readKey: () => secret(spec(name).key),
      clock,
      ...ca,
    }),
  )
  const budgets = once((name) =>
    createBudget({
      requestsPerSecond: spec(name).requestsPerSecond,
      clock,
      share: options.share ?? 1,
    }),
  )
  const idSecret = once(() => secret(project.idSecret))
  const telemetry = telemetryFor(options, secret)
  return {
    project,
    warehouse: measured(warehouse, telemetry),
    workspace,
    clock,
    log,
    telemetry,
    spool: settings.spool,
    deliveryLimits: patience.delivery ?? {},
    environment: options.environment,
    idSecret: () => idSecret.get(''),
    destination: destinations.get,
    budget: budgets.get,
    async close() {
      await telemetry.flush()
      const opened = await Promise.allSettled(destinations.values())
      await Promise.allSettled([
        ...opened.map((one) => (one.status === 'fulfilled' ? one.value.close() : undefined)),
        ...budgets.values().map((budget) => budget.close()),
        warehouse.close(),
      ])
      // Last, for closing a session may take a new token.
      await workspace.close()
    },
  }
}

/** Where the environment says, else where customerio.yml does. */
function telemetryFor(
  { project, settings, environment, clock, log, ca }: PartsOptions,
  secret: (ref: SecretRef) => Promise<string>,
): Telemetry {
  const { authorization } = project.telemetry ?? {}
  const endpoint = settings.telemetry?.endpoint ?? project.telemetry?.endpoint
  if (endpoint === undefined) return noTelemetry
  return openTelemetry({
    endpoint,
    headers: async () => {
      if (settings.telemetry !== undefined) return settings.telemetry.headers
      return authorization === undefined ? {} : { authorization: await secret(authorization) }
    },
    resource: {
      'service.name': 'customerio-jobs',
      'service.version': packageVersion,
      'deployment.environment.name': project.target,
      'databricks.job.id': environment.CUSTOMERIO_JOBS_JOB_ID,
      'databricks.job.run_id': environment.CUSTOMERIO_JOBS_JOB_RUN_ID,
      'databricks.task.key': environment.CUSTOMERIO_JOBS_TASK_KEY,
    },
    version: packageVersion,
    clock,
    log,
    ...(ca === undefined ? {} : { ca }),
  })
}

/** Reads a secret where its reference says. */
function secretReader(
  workspace: Workspace,
  environment: Readonly<Record<string, string | undefined>>,
): (ref: SecretRef) => Promise<string> {
  return async (ref) => {
    if (ref.kind === 'workspace') return workspace.secret(ref.scope, ref.key)
    const value = environment[ref.name]
    if (value === undefined || value === '') {
      throw new ConfigError('SECRET_MISSING', `env://${ref.name} is not set in the environment`)
    }
    return value
  }
}

/** Makes each named thing once and keeps it. */
function once<T>(make: (name: string) => T): { get: (name: string) => T; values: () => T[] } {
  const made = new Map<string, T>()
  return {
    get(name) {
      const known = made.get(name)
      if (known !== undefined) return known
      const value = make(name)
      made.set(name, value)
      return value
    },
    values: () => [...made.values()],
  }
}
