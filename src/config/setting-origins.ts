/** Where a setting comes from; never what it is. */
export interface SettingOrigin {
  readonly setting: string
  /** The variables that say it, empty where none does. */
  readonly from: readonly string[]
  /** True where the launcher of a task sets them. */
  readonly isLaunchers: boolean
  /** Variables that say it as well, and come after those: they are not used. */
  readonly unused: readonly string[]
  /** What holds where no variable says it; absent for what must be said. */
  readonly otherwise?: string
}

/** A setting, and the variables that may say it: groups that belong together, the first that is whole holds. */
interface Setting {
  readonly setting: string
  readonly anyOf: readonly (readonly string[])[]
  readonly otherwise?: string
}

/** Set by the launcher of a Databricks task, and by nobody else. */
const launcherVariable = 'CUSTOMERIO_JOBS_LAUNCHER'

/** Every setting that is read from the environment, in the order that `readSettings` gives to its variables. */
export const settingVariables: readonly Setting[] = [
  { setting: 'workspace', anyOf: [['DATABRICKS_HOST']] },
  { setting: 'warehouse', anyOf: [['DATABRICKS_WAREHOUSE_ID'], ['DATABRICKS_HTTP_PATH']] },
  {
    setting: 'identity',
    anyOf: [
      [launcherVariable],
      [
        'DATABRICKS_AUTH_TYPE',
        'DATABRICKS_CLIENT_ID',
        'ACTIONS_ID_TOKEN_REQUEST_URL',
        'ACTIONS_ID_TOKEN_REQUEST_TOKEN',
      ],
      ['DATABRICKS_CLIENT_ID', 'DATABRICKS_CLIENT_SECRET'],
      ['DATABRICKS_TOKEN'],
    ],
  },
  {
    setting: 'audience',
    anyOf: [['DATABRICKS_TOKEN_AUDIENCE']],
    otherwise: 'the token endpoint of the workspace',
  },
  {
    setting: 'address of region us',
    anyOf: [['CUSTOMERIO_URL_US']],
    otherwise: 'the documented one',
  },
  {
    setting: 'address of region eu',
    anyOf: [['CUSTOMERIO_URL_EU']],
    otherwise: 'the documented one',
  },
  { setting: 'CloudFetch', anyOf: [['CUSTOMERIO_JOBS_CLOUD_FETCH']], otherwise: 'off' },
  {
    setting: 'telemetry',
    anyOf: [
      ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_HEADERS'],
      ['OTEL_EXPORTER_OTLP_ENDPOINT'],
    ],
    otherwise: 'what customerio.yml says',
  },
  {
    setting: 'spool folder',
    anyOf: [['CUSTOMERIO_JOBS_SPOOL']],
    otherwise: "the system's folder for temporary files",
  },
  {
    setting: 'spool limit',
    anyOf: [['CUSTOMERIO_JOBS_SPOOL_LIMIT_MB']],
    otherwise: '4096 MB',
  },
]

const launchers: ReadonlySet<string> = new Set([
  launcherVariable,
  'DATABRICKS_HOST',
  'DATABRICKS_WAREHOUSE_ID',
])

/** Where each setting of an environment comes from. */
export function settingOrigins(
  environment: Readonly<Record<string, string | undefined>>,
): SettingOrigin[] {
  const isSet = (name: string) => (environment[name] ?? '').trim() !== ''
  return settingVariables.map(({ setting, anyOf, otherwise }) => {
    const from = anyOf.find((names) => names.every(isSet)) ?? []
    const unused = [...new Set(anyOf.flat())].filter((name) => isSet(name) && !from.includes(name))
    const isLaunchers = isSet(launcherVariable) && from.some((name) => launchers.has(name))
    const more = otherwise === undefined ? {} : { otherwise }
    return { setting, from, isLaunchers, unused, ...more }
  })
}
