import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import {
  ConfigError,
  closest,
  type DestinationSpec,
  InvalidFiles,
  type Problem,
  type ProjectSpec,
  type TelemetrySpec,
} from '../core/index.ts'
import { eraseSpec } from './erase.ts'
import { toProblems } from './issues.ts'
import { jobProblems } from './job-problems.ts'
import { jobSpecs } from './jobs.ts'
import { readLock } from './lock-file.ts'
import { nameProblems } from './name-problems.ts'
import { outboxSync } from './outbox.ts'
import { ProjectFile } from './project-schema.ts'
import { parseSecretRef } from './secret-ref.ts'
import { shareProblems } from './share-problems.ts'
import { readSyncFile } from './sync-file.ts'
import { parseYaml, type YamlFile } from './yaml-file.ts'

/**
 * Reads `customerio.yml` and every `syncs/*.yml` below `root`, for one target. Throws {@link InvalidFiles} with all
 * problems of all files at once. What it returns is frozen.
 */
export function loadProject(root: string, target?: string): ProjectSpec {
  const path = join(root, 'customerio.yml')
  if (!existsSync(path)) {
    throw new ConfigError(
      'PROJECT_MISSING',
      `there is no customerio.yml in ${root}; run the command in your project's folder or give --project`,
    )
  }
  const yaml = parseYaml(relative(root, path), readFileSync(path, 'utf8'))
  if (yaml.problems.length > 0) throw new InvalidFiles(yaml.problems)
  const parsed = ProjectFile.safeParse(yaml.value ?? {})
  if (!parsed.success) throw new InvalidFiles(toProblems(yaml, ProjectFile, parsed.error.issues))
  const file = parsed.data
  const overrides = targetOf(file, target, yaml)
  const vars: Record<string, string> = { ...file.vars, ...overrides.vars }
  const control =
    vars.control ?? (vars.catalog === undefined ? undefined : `${vars.catalog}.customerio`)
  const problems: Problem[] = []
  if (control === undefined || control.split('.').length !== 2) {
    problems.push({
      ...yaml.at(['vars']),
      code: 'control_missing',
      message: 'the schema of the control tables is not named',
      suggestion: 'add control: <catalog>.<schema> under vars',
    })
  }
  const destinations = destinationsOf(file, overrides)
  const context = {
    root,
    vars: { ...vars, ...(control === undefined ? {} : { control }) },
    destinations: Object.keys(destinations),
    objectTypes: file.object_types,
    locks: readLock(root),
  }
  const files = syncFiles(root).flatMap((name) => readSyncFile(name, context, problems) ?? [])
  const { object_types: objectTypes } = file
  const builtIn =
    file.outbox === undefined
      ? []
      : [outboxSync(file.outbox, { control: control ?? '', destinations, objectTypes }, yaml)]
  const syncs = [...files, ...builtIn]
  const erase =
    file.erase === undefined ? {} : { erase: eraseSpec(file.erase, context.vars, yaml, problems) }
  const jobs = jobSpecs(file, context.vars, yaml, problems)
  problems.push(
    ...nameProblems(syncs),
    ...jobProblems(file, syncs, yaml, problems.length > 0),
    ...shareProblems(file, syncs, context.destinations, yaml),
  )
  if (problems.length > 0) throw new InvalidFiles(problems)
  return freeze({
    root,
    ...(target === undefined ? {} : { target }),
    targets: Object.keys(file.targets),
    ...(overrides.limit === undefined ? {} : { limit: overrides.limit }),
    control: control ?? '',
    idSecret: parseSecretRef(file.message_ids.key),
    destinations,
    objectTypes: file.object_types,
    piiTags: file.pii_tags,
    jobs,
    syncs,
    ...(file.telemetry === undefined ? {} : { telemetry: telemetryOf(file.telemetry) }),
    ...erase,
  })
}

function telemetryOf({
  endpoint,
  authorization,
}: NonNullable<ProjectFile['telemetry']>): TelemetrySpec {
  return {
    endpoint,
    ...(authorization === undefined ? {} : { authorization: parseSecretRef(authorization) }),
  }
}

function syncFiles(root: string): string[] {
  const folder = join(root, 'syncs')
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => /\.ya?ml$/.test(name))
    .sort()
    .map((name) => join(folder, name))
}

type Overrides = ProjectFile['targets'][string]

function targetOf(file: ProjectFile, target: string | undefined, yaml: YamlFile): Overrides {
  if (target === undefined) return { vars: {}, destinations: {} }
  const found = file.targets[target]
  if (found !== undefined) return found
  const near = closest(target, Object.keys(file.targets))
  throw new InvalidFiles([
    {
      ...yaml.at(['targets']),
      code: 'unknown_target',
      message: `"${target}" is not a target of customerio.yml`,
      suggestion:
        near === undefined
          ? `known: ${Object.keys(file.targets).join(', ') || 'none'}`
          : `did you mean "${near}"?`,
    },
  ])
}

function destinationsOf(file: ProjectFile, overrides: Overrides): Record<string, DestinationSpec> {
  return Object.fromEntries(
    Object.entries(file.destinations).map(([name, base]) => {
      const own = overrides.destinations[name]
      return [
        name,
        {
          name,
          region: own?.region ?? base.region,
          key: parseSecretRef(own?.key ?? base.key),
          requestsPerSecond: own?.requests_per_second ?? base.requests_per_second,
        },
      ]
    }),
  )
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const inner of Object.values(value)) freeze(inner)
  }
  return value
}
