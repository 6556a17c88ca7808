import { ledgerIn } from '../audit/index.ts'
import {
  formatProblem,
  InvalidFiles,
  type KnownKeys,
  type Problem,
  type ProjectSpec,
  SourceError,
  SyncError,
  type SyncSpec,
} from '../core/index.ts'
import { eventCatalogue } from '../customerio/index.ts'
import { eventFindings, type Mapping } from '../mapping/index.ts'
import {
  auditKeyFor,
  destinationsOf,
  isDelta,
  lockedSchema,
  personalIn,
  sourceSchema,
} from '../source/index.ts'
import { compileSync, type Parts } from '../sync/index.ts'
import { quoteTable, type Warehouse } from '../warehouse/index.ts'

/** What a check of one sync against its source found. */
export interface SyncCheck {
  readonly sync: string
  readonly file: string
  readonly columns: number
  readonly problems: readonly string[]
  /** What may not mean what it says; it stops nothing. */
  readonly warnings: readonly string[]
}

/** Looks at the names of all events without asking anybody: throws InvalidFiles for names that can't be sent. */
export function validateEvents({ syncs }: ProjectSpec): readonly string[] {
  const found = syncs.flatMap((sync) => eventFindings(sync, eventCatalogue))
  const problems = found.filter(({ isWarning }) => !isWarning).map(({ problem }) => problem)
  if (problems.length > 0) throw new InvalidFiles(problems)
  return found.map(({ problem }) => formatProblem(problem))
}

/**
 * Compiles every sync against the columns its source has now. Reads no row and sends nothing. A source that can't be
 * looked at is a problem of that sync and no other.
 */
export async function validateAgainstSources(
  warehouse: Warehouse,
  project: ProjectSpec,
  signal?: AbortSignal,
): Promise<SyncCheck[]> {
  return checked(project.syncs, (sync) => compileForLook({ warehouse, project }, sync, signal))
}

/**
 * Compiles every sync that is locked against the columns its source had then, without asking anybody. Syncs that nobody
 * locked are left out.
 */
export async function validateAgainstLock({ syncs }: ProjectSpec): Promise<SyncCheck[]> {
  return checked(
    syncs.filter(({ lock }) => lock !== undefined),
    async (sync) => {
      const { lock = { columns: {}, personal: {} } } = sync
      return compileSync(sync, lockedSchema(lock), {
        ...forLook(sync),
        personal: { kind: 'tagged', columns: lock.personal },
      })
    },
  )
}

async function checked(
  syncs: readonly SyncSpec[],
  compile: (sync: SyncSpec) => Promise<Mapping>,
): Promise<SyncCheck[]> {
  const checks: SyncCheck[] = []
  for (const sync of syncs) {
    try {
      const mapping = await compile(sync)
      checks.push({
        sync: sync.name,
        file: sync.file,
        columns: mapping.columns.length,
        problems: [],
        warnings: mapping.warnings.map(formatProblem),
      })
    } catch (error) {
      if (!(error instanceof SyncError)) throw error
      checks.push({
        sync: sync.name,
        file: sync.file,
        columns: 0,
        problems: problemsOf(sync, error),
        warnings: [],
      })
    }
  }
  return checks
}

/** A mapping to look at: compiled against the source's columns and tags now, with ids that stand for no window. */
export async function compileForLook(
  { warehouse, project }: Pick<Parts, 'warehouse' | 'project'>,
  sync: SyncSpec,
  signal?: AbortSignal,
): Promise<Mapping> {
  const { from } = sync.source
  const isTable = async () =>
    'table' in from && (await isDelta(warehouse, quoteTable(from.table), signal))
  const [schema, personal, keys] = await Promise.all([
    sourceSchema(warehouse, from, signal),
    personalIn(warehouse, from, project.piiTags, isTable, signal),
    knownKeys({ warehouse, project }, sync),
  ])
  const auditKey = auditKeyFor(sync, personal, keys)
  return compileSync(sync, schema, { ...forLook(sync), personal, auditKey })
}

/** How the control tables name the sync's rows: as they are, where any destination does so. Before `setup`, nothing is known. */
async function knownKeys(
  { warehouse, project }: Pick<Parts, 'warehouse' | 'project'>,
  { name, send }: SyncSpec,
): Promise<KnownKeys> {
  const ledger = ledgerIn(warehouse, project.control)
  try {
    const each = destinationsOf(send.to).map((destination) => ledger.keysOf(name, destination))
    const known = await Promise.all(each)
    return known.find(({ own }) => own === 'plain') ?? known[0] ?? {}
  } catch (error) {
    const isUnknown = error instanceof SourceError && unknowable.has(error.code)
    if (isUnknown) return {}
    throw error
  }
}

const unknowable: ReadonlySet<string> = new Set([
  'TABLE_MISSING',
  'SCHEMA_MISSING',
  'PERMISSION_DENIED',
])

/** Ids that stand for no window. */
function forLook({ send }: SyncSpec) {
  return {
    destination: destinationsOf(send.to)[0] ?? '',
    window: { number: 0, openedAt: 0 },
    idSecret: 'preview',
  }
}

function problemsOf(sync: SyncSpec, error: SyncError): string[] {
  if (error instanceof InvalidFiles)
    return error.problems.map((problem: Problem) => formatProblem(problem))
  const at = sync.at(['source'])
  return [`${at.file}:${at.line}:${at.column}  ${error.message}`]
}
