// What a deployment carries: every job in one file, of which the first word names the task. Each is loaded only when it is meant.
const jobs: Readonly<Record<string, () => Promise<unknown>>> = {
  doctor: () => import('./doctor.ts'),
  erase: () => import('./erase.ts'),
  maintain: () => import('./maintain.ts'),
  reconcile: () => import('./reconcile.ts'),
  replay: () => import('./replay.ts'),
  report: () => import('./report.ts'),
  run: () => import('./run.ts'),
  setup: () => import('./setup.ts'),
  slice: () => import('./slice.ts'),
}

const [name = ''] = process.argv.splice(2, 1)
const job = jobs[name]
if (job === undefined) {
  process.stderr.write(`there is no job "${name}"; there are ${Object.keys(jobs).join(', ')}\n`)
  process.exitCode = 2
} else {
  await job()
}
