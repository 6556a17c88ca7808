import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from '@jest/globals'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { parse } from 'yaml'
import { bundle } from '../support/processes.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const read = (path: string) => parse(readFileSync(`${root}/${path}`, 'utf8'))

interface Task {
  readonly task_key: string
  readonly spark_python_task: { readonly python_file: string; readonly parameters: string[] }
}
interface Bundle {
  readonly resources: { readonly jobs: Record<string, { readonly tasks: readonly Task[] }> }
}

/** databricks.yml with all that it includes, as the Databricks CLI merges them. */
function merged(): Bundle {
  const { include: _, ...whole } = read('databricks.yml')
  whole.resources ??= {}
  for (const name of readdirSync(`${root}/resources`).filter((file) => file.endsWith('.yml'))) {
    for (const [kind, some] of Object.entries(read(`resources/${name}`).resources as object)) {
      whole.resources[kind] = { ...whole.resources[kind], ...some }
    }
  }
  return whole
}

const jobs = readdirSync(`${root}/resources`).filter((name) => name.endsWith('.job.yml'))
const project = read('customerio.yml')

describe('the Databricks bundle', () => {
  it.each(jobs)(
    '%s has a job of its name, for a job of customerio.yml with the same syncs',
    (file) => {
      const name = file.replace('.job.yml', '')
      const { jobs: defined } = read(`resources/${file}`).resources as Bundle['resources']
      expect(Object.keys(defined)).toEqual([name])
      expect(Object.keys(project.jobs)).toContain(name)
      const run = defined[name]?.tasks.find(({ task_key }) => task_key === 'run')
      const parameters = run?.spark_python_task.parameters ?? []
      expect(parameters.slice(parameters.indexOf('--') + 1)).toEqual(project.jobs[name].syncs)
    },
  )

  it('has a job for every job of customerio.yml', () => {
    expect(jobs.map((file) => file.replace('.job.yml', '')).sort()).toEqual(
      Object.keys(project.jobs).sort(),
    )
  })

  it('starts entries that exist, as source and as bundle, by a launcher that exists', () => {
    const tasks = Object.values(merged().resources.jobs).flatMap(({ tasks }) => tasks)
    expect(tasks.length).toBeGreaterThan(0)
    for (const { spark_python_task } of tasks) {
      expect(existsSync(`${root}/resources/${spark_python_task.python_file}`)).toBe(true)
      const { parameters } = spark_python_task
      const entry = String(parameters[parameters.indexOf('--entry') + 1])
      const name = /\$\{workspace\.file_path\}\/dist\/jobs\/([a-z-]+)\.mjs$/.exec(entry)?.[1]
      expect(existsSync(`${root}/jobs/${name}.ts`)).toBe(true)
      expect(existsSync(bundle(`jobs/${name}.mjs`))).toBe(true)
    }
  })
})

// The publisher's own schema, kept outside the repository.
const schema = `${root}/../shared/reference/bundle.schema.json`
const suite = existsSync(schema) ? describe : describe.skip
suite(`the published schema of bundles${existsSync(schema) ? '' : ' (skipped: ../shared/reference is not here)'}`, () => {
  it('holds for databricks.yml with everything it includes', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true })
    const isValid = ajv.compile(JSON.parse(readFileSync(schema, 'utf8')))
    isValid(merged())
    expect(isValid.errors ?? []).toEqual([])
  })

  it('does not hold for a job with a setting that is none', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false })
    const isValid = ajv.compile(JSON.parse(readFileSync(schema, 'utf8')))
    expect(isValid({ resources: { jobs: { shop: { max_concurrent_runs: [1] } } } })).toBe(false)
  })
})
