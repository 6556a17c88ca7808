import type { DoorRequest, DoorResponse } from '../http/index.ts'

/**
 * What clients read before they sign in: `GET /oidc/.well-known/oauth-authorization-server`, and
 * `GET /.well-known/databricks-config`, by which SDKs tell a workspace from an account.
 */
export function discovery({ method, path, headers }: DoorRequest): DoorResponse | undefined {
  if (method !== 'GET') return undefined
  const origin = `https://${headers.host ?? 'localhost'}`
  const issuer = `${origin}/oidc`
  switch (path) {
    case '/oidc/.well-known/oauth-authorization-server':
      return {
        status: 200,
        body: {
          issuer,
          authorization_endpoint: `${issuer}/v1/authorize`,
          token_endpoint: `${issuer}/v1/token`,
        },
      }
    case '/.well-known/databricks-config':
      return {
        status: 200,
        body: { oidc_endpoint: issuer, workspace_id: workspaceId, host_type: 'WORKSPACE_HOST' },
      }
    default:
      return undefined
  }
}

/** The number of the one workspace. */
export const workspaceId = '1'
