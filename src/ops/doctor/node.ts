import { type Finding, failed, ok } from './finding.ts'

/** The oldest Node that the package promises to run on; package.json says the same under `engines`. */
const oldest = [20, 19] as const

/** Whether this Node can run the package, and who started it. */
export function nodeFindings(
  version: string,
  environment: Readonly<Record<string, string | undefined>>,
): Finding[] {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const needed = `Node ${oldest.join('.')} or later is needed`
  const isOld = major < oldest[0] || (major === oldest[0] && minor < oldest[1])
  if (isOld) {
    const cure = `${needed}; in Databricks jobs "customerio-jobs build" pins one that will do`
    return [failed(`this is Node ${version}`, cure)]
  }
  const { CUSTOMERIO_JOBS_JOB_RUN_ID: run = '', CUSTOMERIO_JOBS_TASK_KEY: task = '' } = environment
  const where = run === '' ? '' : `, started by the launcher in job run ${run}, task ${task}`
  return [ok(`Node ${version}${where} (${needed})`)]
}
