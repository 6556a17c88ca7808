import type { JobSpec, Problem } from '../core/index.ts'
import { periodMs } from './duration.ts'
import type { ProjectFile } from './project-schema.ts'
import { readQuartz } from './quartz.ts'
import { expand } from './variables.ts'
import type { YamlFile } from './yaml-file.ts'

/** The jobs of customerio.yml, with the variables of the project filled in where tables are named. */
export function jobSpecs(
  { jobs }: ProjectFile,
  vars: Readonly<Record<string, string>>,
  yaml: YamlFile,
  problems: Problem[],
): JobSpec[] {
  return Object.entries(jobs).map(([name, job]) => ({
    name,
    share: job.share ?? 1,
    ...clockOf(job),
    ...(job.on_table_update === undefined
      ? {}
      : {
          onTableUpdate: job.on_table_update.map((table, i) =>
            expand(table, vars, yaml, problems, ['jobs', name, 'on_table_update', i]),
          ),
        }),
    syncs: job.syncs,
    after: job.after,
    slices: job.slices,
  }))
}

function clockOf({ every, cron }: ProjectFile['jobs'][string]): Partial<JobSpec> {
  if (every !== undefined) return { everyMs: periodMs(every), longestGapMs: periodMs(every) }
  if (cron === undefined) return {}
  const { longestGapMs } = readQuartz(cron)
  return { cron, ...(longestGapMs === undefined ? {} : { longestGapMs }) }
}
