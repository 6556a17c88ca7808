import type { Check } from './check.ts'
import { failed, failedBy, ok } from './finding.ts'

/** By the kind of credentials; another kind is the launcher of a task. */
const cures: Readonly<Record<string, string>> = {
  oauth:
    'check DATABRICKS_CLIENT_ID and DATABRICKS_CLIENT_SECRET, and that they are of this workspace',
  github:
    'check DATABRICKS_CLIENT_ID, the federation policy of that service principal (repository, environment, audience), and "permissions: id-token: write" of the job',
  token: 'check DATABRICKS_TOKEN: it may have ended, or be of another workspace',
}

/** Who the workspace thinks we are. */
export const identityCheck: Check = {
  name: 'identity',
  needs: ['settings', 'project'],
  async run({ parts, settings }) {
    const { kind } = settings.databricks.credentials
    const cure = cures[kind] ?? 'look at the log of the launcher, and start the job again'
    try {
      const name = await parts.workspace.identity()
      if (name !== '') return [ok(`the workspace knows us as ${name}`)]
      return [failed('the workspace gives no name for this identity', cure)]
    } catch (error) {
      const finding = failedBy(error)
      const isElsewhere = finding.code === 'WORKSPACE_UNREACHABLE'
      return [isElsewhere ? finding : { ...finding, cure }]
    }
  },
}
