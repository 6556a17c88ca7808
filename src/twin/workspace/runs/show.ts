import type { JobRun, TaskRun } from './job-run.ts'

/** A run, as `runs/get` shows it. */
export function showRun(run: JobRun, origin: string, owner: string): object {
  const { runId, jobId, settings, parameters, startedAt, endedAt, result } = run
  return {
    job_id: jobId,
    run_id: runId,
    original_attempt_run_id: runId,
    run_name: settings.name,
    run_page_url: `${origin}/jobs/${jobId}/runs/${runId}`,
    run_type: 'JOB_RUN',
    format: 'MULTI_TASK',
    trigger: 'ONE_TIME',
    creator_user_name: owner,
    job_parameters: Object.entries(parameters).map(([name, value]) => ({ name, value })),
    ...times(startedAt, endedAt),
    state: stateOf(true, result, failureOf(run)),
    tasks: run.tasks.map((task) => showTask(task, origin, jobId)),
  }
}

/** A task of a run, its iterations as `runs/get` lists them for the id of a for-each task. */
export function showTask(taskRun: TaskRun, origin: string, jobId: number): object {
  const { task, runId, attempt, startedAt, endedAt, result, iterations } = taskRun
  return {
    run_id: runId,
    task_key: task.task_key,
    depends_on: task.depends_on.map(({ task_key }) => ({ task_key })),
    run_if: task.run_if,
    attempt_number: attempt,
    run_page_url: `${origin}/jobs/${jobId}/runs/${runId}`,
    ...times(startedAt, endedAt),
    state: stateOf(startedAt !== undefined, result),
    ...('for_each_task' in task && {
      for_each_task: task.for_each_task,
      iterations: iterations.map((one) => showTask(one, origin, jobId)),
    }),
  }
}

/** What a task left, as `runs/get-output` shows it. */
export function showOutput(taskRun: TaskRun, origin: string, jobId: number): object {
  const { last } = taskRun
  return {
    metadata: showTask(taskRun, origin, jobId),
    ...(last !== undefined && { logs: last.logs, logs_truncated: last.isTruncated }),
    ...(last?.error !== undefined && { error: last.error, error_trace: last.trace }),
  }
}

function times(startedAt: number | undefined, endedAt: number | undefined): object {
  if (startedAt === undefined) return {}
  if (endedAt === undefined) return { start_time: startedAt }
  const run_duration = endedAt - startedAt
  return { start_time: startedAt, end_time: endedAt, run_duration }
}

/** Which task a run failed by. Why is in the output of that task. */
function failureOf({ tasks }: JobRun): string | undefined {
  const first = tasks.find(({ result }) => result === 'FAILED' || result === 'TIMEDOUT')
  return first && `Task ${first.task.task_key} failed with message: ${messages.FAILED}`
}

function stateOf(isStarted: boolean, result: string | undefined, why?: string): object {
  if (result === undefined) {
    return { life_cycle_state: isStarted ? 'RUNNING' : 'BLOCKED', state_message: '' }
  }
  const isSkipped = result === 'EXCLUDED' || result.startsWith('UPSTREAM')
  return {
    life_cycle_state: isSkipped ? 'SKIPPED' : 'TERMINATED',
    result_state: result,
    state_message: (result === 'FAILED' ? why : undefined) ?? messages[result] ?? '',
    user_cancelled_or_timedout: result === 'CANCELED' || result === 'TIMEDOUT',
  }
}

const messages: Readonly<Record<string, string>> = {
  FAILED: 'Workload failed, see run output for details.',
  TIMEDOUT: 'It took longer than its timeout.',
  CANCELED: 'It was cancelled.',
  EXCLUDED: 'Its condition (run_if) was not met.',
  UPSTREAM_FAILED: 'A task it depends on failed.',
  UPSTREAM_CANCELED: 'A task it depends on was cancelled.',
}
