import { spawnSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { startWorkspace, until } from './workspace.ts'

/** Prints what it was given, and does what its first word says. */
const program = `
import os, pathlib, sys, time
what, *words = sys.argv[1:]
print(what, *words, os.environ["COLOUR"], "HOME" in os.environ)
if what == "fail":
    raise RuntimeError("it failed")
if what == "fail-once":
    mark = pathlib.Path("failed")
    if not mark.exists():
        mark.touch()
        sys.exit(1)
if what == "wait":
    time.sleep(60)
`
const hasPython = spawnSync('python3', ['--version']).status === 0
const suite = hasPython ? describe : describe.skip

let at: Awaited<ReturnType<typeof startWorkspace>>
beforeAll(async () => {
  at = await startWorkspace({ python: 'python3' })
  await at.call('POST', '/api/2.0/workspace/mkdirs', '{"path":"/job"}')
  await at.call('POST', '/api/2.0/workspace-files/import-file/job%2Ftask.py', program)
})
afterAll(() => at.close())

const python = (task_key: string, parameters: string[], more: object = {}) => ({
  task_key,
  spark_python_task: { python_file: '/Workspace/job/task.py', parameters },
  ...more,
})
const post = async (call: string, body: object) =>
  (await at.call('POST', `/api/2.2/jobs/${call}`, JSON.stringify(body))).json
const get = async (call: string, id: number) =>
  (await at.call('GET', `/api/2.2/jobs/runs/${call}?run_id=${id}`)).json

interface ShownTask {
  run_id: number
  task_key: string
  attempt_number: number
  state: { life_cycle_state: string; result_state?: string }
}

/** Deploys the tasks as a job, runs it to its end, and gives the run. */
async function run(tasks: object[], more: object = {}, parameters: object[] = []) {
  const { job_id } = await post('create', { name: 'job', tasks, parameters })
  const { run_id } = await post('run-now', { job_id, ...more })
  await until(async () => (await get('get', run_id)).end_time !== undefined)
  const ended = await get('get', run_id)
  const result = Object.fromEntries(
    ended.tasks.map((task: ShownTask) => [task.task_key, task.state.result_state]),
  )
  const logs = async (key: string) => {
    const task = ended.tasks.find((one: ShownTask) => one.task_key === key)
    return await get('get-output', task.run_id)
  }
  return { job_id, run_id, ended, result, logs }
}

suite(`a run of a job${hasPython ? '' : ' (skipped: there is no python3)'}`, () => {
  it('starts each task with its references filled in and an environment of its own', async () => {
    const words = [
      '{{job.id}}',
      '{{job.run_id}}',
      '{{task.name}}',
      '{{job.parameters.mode}}',
      '{{no}}',
    ]
    const parameters = [{ name: 'mode', default: 'run' }]
    const { job_id, run_id, ended, logs } = await run(
      [python('one', ['say', ...words, '/Workspace/job/x'])],
      { job_parameters: { mode: 'plan' } },
      parameters,
    )
    expect(ended.state).toMatchObject({ life_cycle_state: 'TERMINATED', result_state: 'SUCCESS' })
    expect((await logs('one')).logs).toBe(
      `say ${job_id} ${run_id} one plan {{no}} ${at.folder}/workspace/job/x blue False\n`,
    )
  })

  it('runs tasks behind those they depend on, and not behind a failure', async () => {
    const behind = (...keys: string[]) => ({ depends_on: keys.map((task_key) => ({ task_key })) })
    const { ended, result, logs } = await run([
      python('last', ['say'], { ...behind('bad', 'good'), run_if: 'ALL_DONE' }),
      python('never', ['say'], behind('bad')),
      python('bad', ['fail'], behind('good')),
      python('good', ['say']),
    ])
    expect(result).toEqual({
      good: 'SUCCESS',
      bad: 'FAILED',
      never: 'UPSTREAM_FAILED',
      last: 'SUCCESS',
    })
    expect(ended.state).toMatchObject({
      result_state: 'FAILED',
      state_message: expect.stringMatching(/^Task bad failed/),
    })
    expect(await logs('bad')).toMatchObject({
      error: 'RuntimeError: it failed',
      error_trace: expect.stringContaining('Traceback'),
    })
  })

  it('tries again what failed, under another id, after the interval', async () => {
    const from = at.clock.now()
    const retries = { max_retries: 2, min_retry_interval_millis: 60_000 }
    const { ended, result } = await run([python('shaky', ['fail-once'], retries)])
    expect(result).toEqual({ shaky: 'SUCCESS' })
    expect(ended.tasks).toMatchObject([{ attempt_number: 1 }])
    expect(at.clock.now() - from).toBe(60_000)
  })

  it('runs a task for each input, and fails where one of them does', async () => {
    const each = (task: object) => ({
      task_key: 'each',
      for_each_task: { inputs: '["say","{{job.parameters.what}}"]', concurrency: 2, task },
    })
    const tasks = [each(python('inner', ['{{input}}', '{{task.name}}']))]
    const { ended, result } = await run(tasks, {}, [{ name: 'what', default: 'fail' }])
    expect(result).toEqual({ each: 'FAILED' })
    const { iterations } = await get('get', ended.tasks[0].run_id)
    expect(iterations.map((one: ShownTask) => one.state.result_state)).toEqual([
      'SUCCESS',
      'FAILED',
    ])
    const first = await get('get-output', iterations[0].run_id)
    expect(first.logs).toMatch(/^say inner /)
  })

  it('runs the tasks it is asked for alone, and once for one token', async () => {
    const behind = { depends_on: [{ task_key: 'a' }] }
    const tasks = [python('a', ['fail']), python('b', ['say'], behind)]
    const more = { only: ['b'], idempotency_token: 'once' }
    const { job_id, run_id, result } = await run(tasks, more)
    expect(result).toEqual({ b: 'SUCCESS' })
    expect((await post('run-now', { job_id, ...more })).run_id).toBe(run_id)
  })

  it('is killed when it is cancelled, and what follows does not start', async () => {
    const behind = { depends_on: [{ task_key: 'a' }], run_if: 'ALL_DONE' }
    const tasks = [python('a', ['wait']), python('b', ['say'], behind)]
    const { job_id } = await post('create', { tasks })
    const { run_id } = await post('run-now', { job_id })
    await until(async () => (await get('get', run_id)).tasks[0].start_time !== undefined)
    const active = await at.call('GET', `/api/2.2/jobs/runs/list?job_id=${job_id}&active_only=true`)
    expect(active.json.runs).toMatchObject([{ run_id }])
    await post('runs/cancel', { run_id })
    await until(async () => (await get('get', run_id)).end_time !== undefined)
    const { state, tasks: shown } = await get('get', run_id)
    expect(state.result_state).toBe('CANCELED')
    expect(shown.map((one: ShownTask) => one.state.result_state)).toEqual(['CANCELED', 'CANCELED'])
  })

  it('is killed when it takes longer than it may', async () => {
    // The clock of the test lets any time pass at once.
    const { result } = await run([
      python('slow', ['wait'], { timeout_seconds: 3600, max_retries: 1 }),
    ])
    expect(result).toEqual({ slow: 'TIMEDOUT' })
  })

  it('is refused where it holds what the twin cannot run', async () => {
    const { job_id } = await post('create', { tasks: [{ task_key: 'q', sql_task: {} }] })
    const refused = await post('run-now', { job_id })
    expect(refused).toMatchObject({ error_code: 'NOT_IMPLEMENTED' })
    expect(await post('run-now', { job_id: 1 })).toMatchObject({
      message: 'Job 1 does not exist.',
    })
  })
})

it('without a Python no job runs, and the refusal says what to do', async () => {
  const without = await startWorkspace()
  try {
    const tasks = [python('one', [])]
    const { json } = await without.call('POST', '/api/2.2/jobs/create', JSON.stringify({ tasks }))
    const refused = await without.call('POST', '/api/2.2/jobs/run-now', JSON.stringify(json))
    expect(refused.status).toBe(501)
    expect(refused.json.message).toContain('--python')
  } finally {
    await without.close()
  }
})
