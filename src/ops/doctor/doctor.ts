import { loadProject, readSettings, type Settings } from '../../config/index.ts'
import { type Clock, InvalidFiles, type Log, type ProjectSpec } from '../../core/index.ts'
import { openParts, type Patience, packageVersion } from '../../sync/index.ts'
import { type Check, type CheckName, checkNames, type Found, patientOf } from './check.ts'
import { clockCheck } from './clock.ts'
import { controlCheck } from './control.ts'
import { egressCheck } from './egress.ts'
import { type Finding, failed, failedBy, ok, skipped } from './finding.ts'
import { identityCheck } from './identity.ts'
import { keysCheck } from './keys.ts'
import { nodeFindings } from './node.ts'
import { settingFindings } from './settings.ts'
import { sourcesCheck } from './sources.ts'
import { syncsCheck } from './syncs.ts'
import { warehouseCheck } from './warehouse.ts'

/** Where the doctor looks. */
export interface DoctorOptions {
  /** The folder of customerio.yml. */
  readonly root: string
  readonly target?: string | undefined
  readonly environment: Readonly<Record<string, string | undefined>>
  /** The version of Node, such as `20.20.0`. */
  readonly node: string
  readonly clock: Clock
  readonly log: Log
  /** Extra certificate authority in PEM, for tests; a process uses NODE_EXTRA_CA_CERTS. */
  readonly ca?: string
  readonly patience?: Patience
  /** Told which check comes next. */
  readonly onCheck?: (name: CheckName) => void
}

/** What one check has found. */
export interface CheckResult {
  readonly check: CheckName
  readonly findings: readonly Finding[]
}

/** What all checks have found, in their order. */
export interface Diagnosis {
  readonly version: string
  readonly target: string | null
  readonly checks: readonly CheckResult[]
}

/** Shorter than a run's: whoever asks is waiting. A cold warehouse is waited for all the same. */
const patience: Patience = { session: { retryBudgetMs: 60_000 }, workspaceMs: 20_000 }

const checks: readonly Check[] = [
  clockCheck,
  identityCheck,
  warehouseCheck,
  sourcesCheck,
  controlCheck,
  egressCheck,
  keysCheck,
  syncsCheck,
]

/**
 * Looks at all that a run needs, one thing after the other, and says of each what was found and what to do. It leaves
 * nothing behind: what it writes it removes, and what it sends to Customer.io is refused there. Never throws for what it
 * finds; a check whose ground is missing is skipped.
 */
export async function doctor(options: DoctorOptions): Promise<Diagnosis> {
  const { root, target, environment } = options
  const project = read(() => loadProject(root, target))
  const settings = read(() => readSettings(environment))
  const found = new Map<CheckName, readonly Finding[]>([
    ['settings', settingFindings({ root, target, environment }, project.value, settings.error)],
    ['project', projectFindings(project.value, project.error)],
    ['node', nodeFindings(options.node, environment)],
  ])
  if (project.value !== undefined && settings.value !== undefined) {
    await examine(options, project.value, settings.value, found)
  } else {
    const missing = project.value === undefined ? 'project' : 'settings'
    for (const { name } of checks) found.set(name, [skipped(`${missing} failed`)])
  }
  return {
    version: packageVersion,
    target: target ?? null,
    checks: checkNames.map((check) => ({ check, findings: found.get(check) ?? [] })),
  }
}

/** Whether something must be mended before anything can run. */
export function isSick({ checks: all }: Diagnosis): boolean {
  return all.some(({ findings }) => findings.some(({ health }) => health === 'failed'))
}

async function examine(
  options: DoctorOptions,
  project: ProjectSpec,
  settings: Settings,
  found: Map<CheckName, readonly Finding[]>,
): Promise<void> {
  const { environment, clock, log, ca } = options
  const parts = openParts({
    project,
    settings,
    environment,
    clock,
    log,
    patience: options.patience ?? patience,
    ...(ca === undefined ? {} : { ca }),
  })
  try {
    const patient = patientOf(parts, settings, ca)
    for (const check of checks) {
      options.onCheck?.(check.name)
      const missing = check.needs.find((name) => isMissing(found, name))
      found.set(
        check.name,
        missing === undefined
          ? await check.run(patient, found).catch((error: unknown) => [failedBy(error)])
          : [skipped(`${missing} failed`)],
      )
    }
  } finally {
    await parts.close()
  }
}

function isMissing(found: Found, name: CheckName): boolean {
  return (found.get(name) ?? []).some(({ health }) => health === 'failed' || health === 'skipped')
}

function projectFindings(project: ProjectSpec | undefined, error: unknown): Finding[] {
  if (project !== undefined) {
    const { destinations, syncs } = project
    const words = `destinations: ${Object.keys(destinations).length}, syncs: ${syncs.length}`
    return [ok(`customerio.yml and the sync files can be read (${words})`)]
  }
  if (!(error instanceof InvalidFiles)) return [failedBy(error)]
  return error.problems.map(({ file, line, column, message, suggestion }) =>
    failed(message, suggestion ?? 'mend the file', `${file}:${line}:${column}`, error.code),
  )
}

/** What was read, or why it could not be. */
function read<T>(work: () => T): { readonly value?: T; readonly error?: unknown } {
  try {
    return { value: work() }
  } catch (error) {
    return { error }
  }
}
