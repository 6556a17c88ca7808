import { spawn } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { connect } from '../demo/index.ts'
import type { SqlRow } from '../src/warehouse/index.ts'

/** How a process ended, and every word of it. */
export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** What the steps of a guide work on. */
export interface Ends {
  /** Runs a statement in the warehouse, as a person does in an SQL editor. */
  query(sql: string): Promise<SqlRow[]>
  /** Runs a command of the product on a project. */
  command(project: string, words: readonly string[]): Promise<Ended>
  /** Runs a program that imports the package by its name, beside a project. */
  program(project: string, text: string): Promise<Ended>
  close(): Promise<void>
}

/** Opens both ends that an environment names, for the package in `root`, as it was built. */
export function openEnds(environment: Readonly<Record<string, string>>, root: string): Ends {
  const { workspace, warehouse, close } = connect(environment)
  const node = (words: readonly string[], cwd: string, more: NodeJS.ProcessEnv = {}) =>
    ended(words, cwd, {
      ...process.env,
      CUSTOMERIO_JOBS_SPOOL: join(cwd, '.spool'),
      ...environment,
      ...more,
    })
  return {
    query: (sql) => warehouse.query(sql),
    command: (project, words) =>
      node([join(root, 'dist/customerio-jobs.mjs'), ...words, '--project', project], project),
    async program(project, text) {
      const installed = join(project, 'node_modules/customerio-jobs')
      mkdirSync(dirname(installed), { recursive: true })
      try {
        symlinkSync(root, installed, 'dir')
      } catch {
        // It is there from an earlier step.
      }
      writeFileSync(join(project, 'program.mjs'), text)
      const key = await workspace.secret('customerio', 'us')
      return node(['program.mjs'], project, { CUSTOMERIO_KEY: key })
    },
    close,
  }
}

function ended(words: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<Ended> {
  const child = spawn(process.execPath, words, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (data) => {
    stdout += data
  })
  child.stderr.on('data', (data) => {
    stderr += data
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, stdout, stderr }))
  })
}
