import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from '@jest/globals'
import { entryOf, type Job, nodeTasks } from '../bundle/a-bundle.ts'
import { bundleIn } from '../support/bundle-schema.ts'
import { bundle } from '../support/processes.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

it('starts entries that exist, as source and as bundle, by a launcher that exists', () => {
  const { jobs } = bundleIn(root).resources as { readonly jobs: Readonly<Record<string, Job>> }
  const tasks = Object.values(jobs).flatMap(nodeTasks)
  expect(tasks.length).toBeGreaterThan(0)
  for (const task of tasks) {
    const launcher = task.spark_python_task?.python_file
    expect(existsSync(`${root}/resources/generated/${launcher}`)).toBe(true)
    expect(existsSync(`${root}/jobs/${entryOf(task)}.ts`)).toBe(true)
    expect(existsSync(bundle(`jobs/${entryOf(task)}.mjs`))).toBe(true)
  }
})
