import { loadProject, type SettingOrigin, settingOrigins } from '../../config/index.ts'
import type { ProjectSpec, SecretRef } from '../../core/index.ts'
import { type Finding, failedBy, ok, warning } from './finding.ts'

/** What settings are read from. */
export interface Ground {
  readonly root: string
  readonly target: string | undefined
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** Where each setting comes from, never what it is; and what is missing. */
export function settingFindings(
  ground: Ground,
  project: ProjectSpec | undefined,
  error: unknown,
): Finding[] {
  return [
    ...settingOrigins(ground.environment).flatMap(originFinding),
    ...(project === undefined ? [] : projectOrigins(ground, project)),
    ...(error === undefined ? [] : [failedBy(error, undefined, missingCure(ground))]),
  ]
}

/** What must be said and is not is told by the failure. */
function originFinding(origin: SettingOrigin): Finding[] {
  const { setting, from, isLaunchers, unused, otherwise } = origin
  if (from.length === 0) {
    return otherwise === undefined ? [] : [ok(`${otherwise}, by default`, setting)]
  }
  const found = isLaunchers ? 'from the launcher of the task' : `from ${from.join(' and ')}`
  if (unused.length === 0) return [ok(found, setting)]
  const others = unused.join(' and ')
  return [warning(`${found}; not from ${others}`, `unset ${others}, or what comes first`, setting)]
}

function missingCure({ environment }: Ground): string {
  const profile = environment.DATABRICKS_CONFIG_PROFILE ?? ''
  const hint = profile === '' ? '' : ' (profiles of the Databricks CLI are not read)'
  return `set what is listed, as docs/deploy.md says${hint}; without a workspace, try "customerio-jobs twin"`
}

/** Where the file's own settings come from: the target changes some of them. */
function projectOrigins({ root, target }: Ground, project: ProjectSpec): Finding[] {
  const plain = target === undefined ? project : withoutTarget(root)
  const said = (setting: string, of: (project: ProjectSpec) => unknown, more = ''): Finding => {
    const isOwn = plain !== undefined && JSON.stringify(of(plain)) === JSON.stringify(of(project))
    return ok(`from customerio.yml${isOwn ? '' : `, target ${target}`}${more}`, setting)
  }
  return [
    said('control schema', ({ control }) => control),
    said('secret of message ids', ({ idSecret }) => idSecret, refText(project.idSecret)),
    ...Object.values(project.destinations).flatMap(({ name, key }) => [
      said(`region of ${name}`, ({ destinations }) => destinations[name]?.region),
      said(`key of ${name}`, ({ destinations }) => destinations[name]?.key, refText(key)),
    ]),
  ]
}

/** The project as it is without a target; undefined where it takes one to be whole. */
function withoutTarget(root: string): ProjectSpec | undefined {
  try {
    return loadProject(root)
  } catch {
    return undefined
  }
}

function refText(ref: SecretRef): string {
  return ref.kind === 'env' ? `: the variable ${ref.name}` : `: ${refName(ref)}`
}

/** A reference as it stands in customerio.yml. */
export function refName(ref: SecretRef): string {
  return ref.kind === 'env' ? `env://${ref.name}` : `secret://${ref.scope}/${ref.key}`
}
