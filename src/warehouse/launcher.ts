import { Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { type Json, SourceError } from '../core/index.ts'

/** Descriptors of the pipes that a process inherits from the launcher of its Databricks task. */
export interface LauncherPipes {
  /** Where answers are read. */
  readonly answers: number
  /** Where requests are written. */
  readonly requests: number
}

/** What only the launcher of a Databricks task can do; jobs/launcher.py describes what goes over the pipes. */
export interface Launcher {
  /** A token of the identity that the job runs as, valid now. Throws UNAUTHENTICATED, LAUNCHER_GONE. */
  token(): Promise<string>
  /** A secret of the workspace. Throws SECRET_MISSING, PERMISSION_DENIED, SECRET_UNREADABLE, LAUNCHER_GONE. */
  secret(scope: string, key: string): Promise<string>
  /** Leaves a value for later tasks of the job, as far as the compute can. Nothing tells whether it was kept. */
  setTaskValue(key: string, value: Json): void
  close(): void
}

type Answer =
  | { readonly value: string }
  | { readonly error: 'missing' | 'denied' | 'failed'; readonly why: string }

interface Waiting {
  resolve(answer: Answer): void
  reject(error: SourceError): void
}

/** The launcher behind inherited pipes. To be opened once in a process: it owns them from then on. */
export function inheritedLauncher({ answers, requests }: LauncherPipes): Launcher {
  return launcherOver(
    new Socket({ fd: answers, readable: true, writable: false }),
    new Socket({ fd: requests, readable: false, writable: true }),
  )
}

/** The launcher behind two streams. They keep the process alive only while an answer is waited for. */
export function launcherOver(answers: Socket, requests: Socket): Launcher {
  const waiting: Waiting[] = []
  let isGone = false
  const lose = () => {
    isGone = true
    for (const { reject } of waiting.splice(0)) reject(gone())
  }
  answers.on('error', lose).on('close', lose)
  requests.on('error', lose)
  // Lines are JSON of ASCII characters only, so that nothing but its end breaks one.
  createInterface({ input: answers }).on('line', (line) => {
    waiting.shift()?.resolve(JSON.parse(line) as Answer)
    if (waiting.length === 0) answers.unref()
  })
  answers.unref()
  requests.unref()

  const say = (request: object) => requests.write(`${JSON.stringify(request)}\n`)
  const ask = (request: object): Promise<Answer> =>
    new Promise((resolve, reject) => {
      if (isGone) return reject(gone())
      waiting.push({ resolve, reject })
      answers.ref()
      say(request)
    })

  return {
    async token() {
      const answer = await ask({ ask: 'token' })
      if ('value' in answer) return answer.value
      throw new SourceError(
        'UNAUTHENTICATED',
        `the launcher got no token for the identity that the job runs as (${answer.why}); start the job again, and if that does not help, look at run_as`,
      )
    },
    async secret(scope, key) {
      const answer = await ask({ ask: 'secret', scope, key })
      if ('value' in answer) return answer.value
      throw unreadable(scope, key, answer.error, answer.why)
    },
    setTaskValue(key, value) {
      if (!isGone) say({ tell: 'task_value', key, value })
    },
    close() {
      answers.destroy()
      requests.end()
    },
  }
}

function gone(): SourceError {
  return new SourceError(
    'LAUNCHER_GONE',
    'the launcher of the task, which hands out tokens and secrets, is gone; start the job again: it goes on where it left off',
  )
}

function unreadable(
  scope: string,
  key: string,
  error: 'missing' | 'denied' | 'failed',
  why: string,
): SourceError {
  const name = `secret://${scope}/${key}`
  switch (error) {
    case 'missing':
      return new SourceError(
        'SECRET_MISSING',
        `${name} is not there (${why}); create it with "databricks secrets put-secret ${scope} ${key}"`,
      )
    case 'denied':
      return new SourceError(
        'PERMISSION_DENIED',
        `${name} may not be read by the identity that the job runs as (${why}); grant it with "databricks secrets put-acl ${scope} <application id> READ"`,
      )
    case 'failed':
      return new SourceError(
        'SECRET_UNREADABLE',
        `${name} could not be read (${why}); start the job again, and look at the workspace if that does not help`,
      )
  }
}
