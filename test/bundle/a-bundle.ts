import { parse } from 'yaml'
import { bundleFiles, type GrantedProject } from '../../src/bundle/index.ts'
import { loadProject } from '../../src/config/index.ts'
import type { ProjectSpec } from '../../src/core/index.ts'
import { aProject, aProjectFile, aSyncFile } from '../config/project.ts'

/** A project with these syncs and these lines at the end of its customerio.yml. */
export function projectOf(syncs: readonly string[], lines = '', target?: string): ProjectSpec {
  return loadProject(
    aProject({
      'customerio.yml': aProjectFile + lines,
      ...Object.fromEntries(syncs.map((name) => [`syncs/${name}.yml`, aSyncFile(name)])),
    }),
    target,
  )
}

/** A project, granted no table. */
export function ungranted(project: ProjectSpec): GrantedProject {
  return { project, tables: [], perhaps: [] }
}

/** A task as it stands in a file. */
export interface Task {
  readonly task_key: string
  readonly depends_on?: readonly { readonly task_key: string }[]
  readonly run_if?: string
  readonly max_retries?: number
  readonly disable_auto_optimization?: boolean
  readonly spark_python_task?: {
    readonly python_file: string
    readonly parameters: readonly string[]
  }
  readonly for_each_task?: {
    readonly inputs: string
    readonly concurrency: number
    readonly task: Task
  }
}

/** A job as it stands in a file. */
export interface Job {
  readonly parameters?: readonly { readonly name: string; readonly default: string }[]
  readonly queue: { readonly enabled: boolean }
  readonly schedule?: object
  readonly trigger?: { readonly periodic?: { interval: number; unit: string } } & object
  readonly tasks: readonly Task[]
}

/** The generated jobs of a project by name. */
export function jobsOf(project: ProjectSpec): Readonly<Record<string, Job>> {
  const files = [...bundleFiles(project, [ungranted(project)])]
  return Object.assign(
    {},
    ...files.flatMap(([name, text]) =>
      name.endsWith('.job.yml') ? [parse(text).resources.jobs] : [],
    ),
  )
}

/** Every task that starts Node, those that are started for each of a list among them. */
export function nodeTasks({ tasks }: Job): Task[] {
  return tasks.map((task) => task.for_each_task?.task ?? task)
}

/** What a task tells its entry: everything behind the launcher's own parameters. */
export function told({ spark_python_task }: Task): string[] {
  const { parameters = [] } = spark_python_task ?? {}
  return parameters.slice(parameters.indexOf('--') + 2)
}

/** The entry that a task starts. */
export function entryOf({ spark_python_task }: Task): string {
  const { parameters = [] } = spark_python_task ?? {}
  return String(parameters[parameters.indexOf('--') + 1])
}
