import { z } from 'zod'
import { ConfigError } from '../core/index.ts'

/** Where Databricks is and who we are there, where Customer.io is, and how much local disk may be used. */
export interface Settings {
  readonly databricks: {
    /** `https://…`, without a path. */
    readonly origin: string
    readonly warehouseId: string
    readonly credentials:
      | { readonly kind: 'token'; readonly token: string }
      | { readonly kind: 'oauth'; readonly clientId: string; readonly clientSecret: string }
      | {
          readonly kind: 'github'
          readonly clientId: string
          /** Whom GitHub's token is made out to, as the federation policy says. */
          readonly audience: string
          /** Where a job of GitHub Actions asks for that token, and by what right. */
          readonly request: { readonly url: string; readonly token: string }
        }
      | {
          readonly kind: 'launcher'
          /** Descriptors that the process inherited from the launcher of its Databricks task. */
          readonly pipes: { readonly answers: number; readonly requests: number }
        }
    readonly cloudFetch: boolean
  }
  /** Addresses other than the documented ones; the client takes them on loopback only. */
  readonly customerioUrls: { readonly us?: string; readonly eu?: string }
  /** Where measurements go, and the headers they go with; instead of what customerio.yml says. */
  readonly telemetry?: {
    readonly endpoint: string
    readonly headers: Readonly<Record<string, string>>
  }
  readonly spool: { readonly folder?: string; readonly limitBytes: number }
}

const flag = z.enum(['0', '1', 'true', 'false', '']).optional()
const filled = z.string().trim().min(1)

const Environment = z.object({
  DATABRICKS_HOST: filled,
  DATABRICKS_WAREHOUSE_ID: filled.optional(),
  DATABRICKS_HTTP_PATH: filled.optional(),
  DATABRICKS_TOKEN: filled.optional(),
  DATABRICKS_AUTH_TYPE: filled.optional(),
  DATABRICKS_TOKEN_AUDIENCE: z.string().trim().optional(),
  ACTIONS_ID_TOKEN_REQUEST_URL: z.url().optional(),
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: filled.optional(),
  DATABRICKS_CLIENT_ID: filled.optional(),
  DATABRICKS_CLIENT_SECRET: filled.optional(),
  CUSTOMERIO_JOBS_LAUNCHER: z
    .string()
    .regex(/^\d+,\d+$/, 'the launcher of a task sets this, and nobody else')
    .optional(),
  CUSTOMERIO_URL_US: filled.optional(),
  CUSTOMERIO_URL_EU: filled.optional(),
  CUSTOMERIO_JOBS_CLOUD_FETCH: flag,
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url().optional(),
  OTEL_EXPORTER_OTLP_HEADERS: filled.optional(),
  CUSTOMERIO_JOBS_SPOOL: filled.optional(),
  CUSTOMERIO_JOBS_SPOOL_LIMIT_MB: z.coerce.number().positive().optional(),
})

/**
 * Settings from environment variables, the same names as the Databricks CLI uses. Throws a ConfigError that lists
 * everything missing.
 */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const parsed = Environment.safeParse(environment)
  const missing: string[] = []
  if (!parsed.success) {
    missing.push(
      ...parsed.error.issues.map(({ path, code, message }) =>
        environment[String(path[0])] === undefined || code === 'too_small'
          ? `${path.join('.')} is not set`
          : `${path.join('.')}: ${message}`,
      ),
    )
  }
  const env: Partial<z.output<typeof Environment>> = parsed.data ?? {}
  const warehouseId =
    env.DATABRICKS_WAREHOUSE_ID ?? env.DATABRICKS_HTTP_PATH?.match(/\/warehouses\/([^/?]+)/)?.[1]
  if (parsed.success && warehouseId === undefined) {
    missing.push('DATABRICKS_WAREHOUSE_ID (or DATABRICKS_HTTP_PATH) is not set')
  }
  const origin = originOf(env.DATABRICKS_HOST)
  const credentials = credentialsOf(env, origin)
  if (parsed.success && credentials === undefined) {
    missing.push(
      isGithub(env)
        ? 'DATABRICKS_AUTH_TYPE is github-oidc: set DATABRICKS_CLIENT_ID, and give the job of the workflow "permissions: id-token: write"'
        : 'set DATABRICKS_CLIENT_ID and DATABRICKS_CLIENT_SECRET, or DATABRICKS_TOKEN',
    )
  }
  if (parsed.success && origin === undefined) {
    missing.push('DATABRICKS_HOST is not an https address such as https://my.cloud.databricks.com')
  }
  if (
    missing.length > 0 ||
    origin === undefined ||
    credentials === undefined ||
    warehouseId === undefined
  ) {
    throw new ConfigError(
      'SETTINGS_MISSING',
      `the environment does not say where Databricks is:\n${missing.map((line) => `  ${line}`).join('\n')}\nFor a trial without a workspace, "customerio-jobs twin" prints all of them.`,
    )
  }
  return {
    databricks: {
      origin,
      warehouseId,
      credentials,
      cloudFetch: ['1', 'true'].includes(env.CUSTOMERIO_JOBS_CLOUD_FETCH ?? ''),
    },
    customerioUrls: {
      ...(env.CUSTOMERIO_URL_US === undefined ? {} : { us: env.CUSTOMERIO_URL_US }),
      ...(env.CUSTOMERIO_URL_EU === undefined ? {} : { eu: env.CUSTOMERIO_URL_EU }),
    },
    ...(env.OTEL_EXPORTER_OTLP_ENDPOINT === undefined
      ? {}
      : {
          telemetry: {
            endpoint: env.OTEL_EXPORTER_OTLP_ENDPOINT,
            headers: headersOf(env.OTEL_EXPORTER_OTLP_HEADERS ?? ''),
          },
        }),
    spool: {
      ...(env.CUSTOMERIO_JOBS_SPOOL === undefined ? {} : { folder: env.CUSTOMERIO_JOBS_SPOOL }),
      limitBytes: (env.CUSTOMERIO_JOBS_SPOOL_LIMIT_MB ?? 4096) * 1024 * 1024,
    },
  }
}

function credentialsOf(
  env: Partial<z.output<typeof Environment>>,
  origin = '',
): Settings['databricks']['credentials'] | undefined {
  if (env.CUSTOMERIO_JOBS_LAUNCHER !== undefined) {
    const [answers, requests] = env.CUSTOMERIO_JOBS_LAUNCHER.split(',').map(Number)
    return { kind: 'launcher', pipes: { answers: answers ?? 0, requests: requests ?? 0 } }
  }
  if (isGithub(env)) return githubOf(env, origin)
  if (env.DATABRICKS_CLIENT_ID !== undefined && env.DATABRICKS_CLIENT_SECRET !== undefined) {
    return {
      kind: 'oauth',
      clientId: env.DATABRICKS_CLIENT_ID,
      clientSecret: env.DATABRICKS_CLIENT_SECRET,
    }
  }
  return env.DATABRICKS_TOKEN === undefined
    ? undefined
    : { kind: 'token', token: env.DATABRICKS_TOKEN }
}

/** `key=value,key=value`, values percent-encoded (OpenTelemetry, exporter configuration). */
function headersOf(text: string): Record<string, string> {
  return Object.fromEntries(
    text.split(',').flatMap((pair) => {
      const at = pair.indexOf('=')
      return at < 1
        ? []
        : [[pair.slice(0, at).trim(), decodeURIComponent(pair.slice(at + 1).trim())]]
    }),
  )
}

function isGithub({ DATABRICKS_AUTH_TYPE }: Partial<z.output<typeof Environment>>): boolean {
  return DATABRICKS_AUTH_TYPE === 'github-oidc'
}

/** The audience that is not said is the token endpoint, as for the Databricks SDKs. */
function githubOf(
  env: Partial<z.output<typeof Environment>>,
  origin: string,
): Settings['databricks']['credentials'] | undefined {
  const clientId = env.DATABRICKS_CLIENT_ID
  const url = env.ACTIONS_ID_TOKEN_REQUEST_URL
  const token = env.ACTIONS_ID_TOKEN_REQUEST_TOKEN
  if (clientId === undefined || url === undefined || token === undefined) return undefined
  // A variable that GitHub does not know is there, and empty.
  const audience = env.DATABRICKS_TOKEN_AUDIENCE || `${origin}/oidc/v1/token`
  return { kind: 'github', clientId, audience, request: { url, token } }
}

function originOf(host: string | undefined): string | undefined {
  if (host === undefined) return undefined
  try {
    const url = new URL(host.includes('://') ? host : `https://${host}`)
    return url.protocol === 'https:' ? url.origin : undefined
  } catch {
    return undefined
  }
}
