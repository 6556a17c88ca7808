import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { loadProject, readSettings } from '../../src/config/index.ts'
import { type ProjectSpec, silentLog, systemClock } from '../../src/core/index.ts'
import { setup } from '../../src/ops/index.ts'
import {
  openParts,
  type Parts,
  type PartsOptions,
  type RunOptions,
  type RunReport,
  runWindow,
} from '../../src/sync/index.ts'
import {
  type FaultRule,
  parseFaultRule,
  startTwin,
  type Twin,
  type TwinOptions,
} from '../../src/twin/index.ts'
import type { SqlRow } from '../../src/warehouse/index.ts'

/** Files of a project by their path in its folder. */
export type ProjectFiles = Readonly<Record<string, string>>

/** How parts are opened, where a test wants it otherwise. */
export type OpenOptions = Partial<Omit<PartsOptions, 'project' | 'settings'>>

/** Both ends on loopback, with the real parts of the product between them. */
export interface Bench {
  readonly twin: Twin
  /** A folder of its own; gone at the end. */
  readonly folder: string
  /** The parts for a project of these files; closed with the bench. */
  open(files: ProjectFiles, options?: OpenOptions): Promise<Parts>
  /** The same, its control schema set up. */
  ready(files: ProjectFiles, options?: OpenOptions): Promise<Parts>
  /** Runs statements one after the other; the rows of the last one. */
  sql(...statements: string[]): Promise<SqlRow[]>
  /** Sets the rules in force, each in its short form. */
  faults(...rules: string[]): void
  close(): Promise<void>
}

/** Stands in a message that the bench's Customer.io refuses, for a reason nobody can know before. */
export const refuseMe = 'refuse me'

/** Starts a bench. Close it, whatever happened. */
export async function startBench(options: Partial<TwinOptions> = {}): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'))
  const twin = await startTwin({ folder: join(folder, 'twin'), refuse: refuseMe, ...options })
  const opened: Parts[] = []
  let plain: Promise<Parts> | undefined
  const bench: Bench = {
    twin,
    folder,
    async open(files, more = {}) {
      const environment = { ...twin.environment, ...more.environment }
      const parts = openParts({
        project: writeProject(mkdtempSync(join(folder, 'project-')), files),
        settings: readSettings({ CUSTOMERIO_JOBS_SPOOL: join(folder, 'spool'), ...environment }),
        clock: systemClock,
        log: silentLog,
        ca: twin.ca,
        patience: inAHurry,
        ...more,
        environment,
      })
      opened.push(parts)
      return parts
    },
    async ready(files, more) {
      const parts = await bench.open(files, more)
      await setup(parts.warehouse, parts.project, parts.clock)
      return parts
    },
    async sql(...statements) {
      plain ??= bench.open({ 'customerio.yml': projectFile })
      const { warehouse } = await plain
      let rows: SqlRow[] = []
      for (const statement of statements) rows = await warehouse.query(statement)
      return rows
    },
    faults: (...rules) => twin.faults.set({ seed: 7, rules: rules.map(rule) }),
    async close() {
      twin.faults.clear()
      await Promise.all(opened.map((parts) => parts.close()))
      await twin.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  return bench
}

function rule(text: string): FaultRule {
  return parseFaultRule(text)
}

/** Pauses that suit a test. */
export const inAHurry = {
  session: { firstPauseMs: 10, longestPauseMs: 200, retryBudgetMs: 20_000 },
  workspaceMs: 5_000,
  delivery: { backoff: { firstMs: 10, mostMs: 200 }, deadlineMs: 30_000 },
} as const

/** The customerio.yml of a project whose file is not given: one workspace. */
export const projectFile = `vars: { catalog: main, control: main.customerio }
destinations:
  us: { region: us, key: secret://customerio/us, requests_per_second: 200 }
message_ids: { key: secret://customerio/ids }
`

/** One with a workspace in each region. */
export const twoWorkspaces = projectFile.replace(
  'message_ids',
  '  eu: { region: eu, key: secret://customerio/eu, requests_per_second: 200 }\nmessage_ids',
)

/** Writes files to a folder and reads them as a project. */
export function writeProject(root: string, files: ProjectFiles): ProjectSpec {
  writeFiles(root, { 'customerio.yml': projectFile, ...files })
  return loadProject(root)
}

/** Writes files to a folder. */
export function writeFiles(root: string, files: ProjectFiles): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), text)
  }
}

/** Runs the first (or the named) sync of a project to one destination. */
export async function run(
  parts: Parts,
  destination = 'us',
  { sync, ...options }: RunOptions & { readonly sync?: string } = {},
): Promise<RunReport> {
  const found = parts.project.syncs.find(({ name }) => sync === undefined || name === sync)
  if (found === undefined) throw new Error(`the project has no sync ${sync}`)
  return await runWindow(parts, found, destination, options)
}

/** What a promise is rejected with; fails when it is not. */
export async function failureOf(work: Promise<unknown>): Promise<Error & { code?: string }> {
  try {
    await work
  } catch (error) {
    return error as Error
  }
  throw new Error('nothing was thrown')
}
