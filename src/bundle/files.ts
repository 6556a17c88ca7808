import { ConfigError, type ProjectSpec } from '../core/index.ts'
import { alertResources } from './alerts.ts'
import { controlSchema, partsVolume } from './control.ts'
import { dashboardFile, dashboardFileName, dashboardResource } from './dashboard.ts'
import { type GrantedProject, grants } from './grants.ts'
import { groupJob } from './group-job.ts'
import { operationJobs, operationNames } from './operation-jobs.ts'
import { variables } from './variables.ts'
import { yamlFile } from './yaml.ts'

/**
 * The files of `resources/generated/`, by name: what customerio.yml says, as a Databricks bundle reads it. They are the same
 * for every target; what differs between targets is a variable. Throws ConfigError JOB_NAME_TAKEN.
 *
 * @param project the project without a target
 * @param targets the project for each of its targets
 */
export function bundleFiles(
  project: ProjectSpec,
  targets: readonly GrantedProject[],
): ReadonlyMap<string, string> {
  checkNames(project)
  const jobs = [
    ...project.jobs.map((job) => [job.name, groupJob(job, project.syncs)] as const),
    ...operationJobs(project),
  ]
  const specs = targets.map((target) => target.project)
  return new Map([
    ['variables.yml', yamlFile(variables(project, specs))],
    ['control.schema.yml', yamlFile(controlSchema)],
    ['parts.volume.yml', yamlFile(partsVolume)],
    ...jobs.map(([name, job]) => [`${name}.job.yml`, yamlFile(job)] as const),
    ...watching(project),
    ...targets.map(
      (target) => [`grants.${target.project.target ?? 'default'}.sql`, grants(target)] as const,
    ),
  ])
}

/** Dashboard and alerts; without a sync there is nothing to look at. */
function watching(project: ProjectSpec): (readonly [string, string])[] {
  if (project.syncs.length === 0) return []
  return [
    ...[...alertResources(project)].map(
      ([name, alert]) => [`${name}.alert.yml`, yamlFile(alert)] as const,
    ),
    ['dashboard.dashboard.yml', yamlFile(dashboardResource)],
    [dashboardFileName, dashboardFile(project)],
  ]
}

function checkNames({ jobs }: ProjectSpec): void {
  const taken = jobs.find(({ name }) => operationNames.some((other) => other === name))
  if (taken === undefined) return
  throw new ConfigError(
    'JOB_NAME_TAKEN',
    `a job of customerio.yml is called "${taken.name}", like one that every project has; give it another name`,
  )
}
