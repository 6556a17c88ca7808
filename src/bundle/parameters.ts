/*
 * What somebody who starts a job by hand in the workspace may say. There are no keys and no SQL among it: Databricks keeps
 * the parameters of a run for all who may see it.
 */

/** The name of a job parameter. */
export type ParameterName =
  | 'mode'
  | 'syncs'
  | 'limit'
  | 'since'
  | 'reason'
  | 'why'
  | 'confirm'
  | 'vacuum'

/** Parameters that a job declares, by name, with the value each has when nobody says anything. */
export type Parameters = Readonly<Partial<Record<ParameterName, string>>>

/** As a job declares them. */
export function declared(parameters: Parameters): object[] {
  return Object.entries(parameters).map(([name, value]) => ({ name, default: value }))
}

/** As a task hands them on: Databricks gives a Python script no job parameter by itself. */
export function handedOn(parameters: Parameters): string[] {
  return Object.keys(parameters).map((name) => `${name}={{job.parameters.${name}}}`)
}
