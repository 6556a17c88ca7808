import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** What can be known of the processes of this machine. */
export interface Processes {
  /** Names the machine, its boot and its space of process ids: within it a pid means one process. */
  readonly machine: string
  readonly pid: number
  /** When a process started, in any unit; undefined when no such process runs, `unknown` where that can't be told. */
  startOf(pid: number): string | undefined
}

/** A start that cannot be told. */
const unknown = 'unknown'

/** Names this process as the owner of a lease: machine, pid and start, so that a pid used again is another owner. */
export function processOwner(processes: Processes = localProcesses()): string {
  const { machine, pid } = processes
  return `${machine}/${pid}/${processes.startOf(pid) ?? unknown}`
}

/**
 * True when an owner was a process of this machine that does not run any more. An owner elsewhere, and one of which
 * nothing can be told, counts as alive: its lease ends by time. A process that is only frozen is alive too.
 */
export function isDeadLocalOwner(owner: string, processes: Processes = localProcesses()): boolean {
  const [, machine, pid, start] = /^(.*)\/(\d+)\/([^/]+)$/.exec(owner) ?? []
  if (machine !== processes.machine || start === unknown) return false
  const found = processes.startOf(Number(pid))
  return found !== start && found !== unknown
}

/** The machine this process runs on. Without /proc, as on macOS, `ps` is asked; without either, nothing is known. */
export function localProcesses(): Processes {
  const ids = ['/proc/sys/kernel/random/boot_id', '/proc/self/ns/pid'].map(
    (path) => attempt(() => (path.endsWith('pid') ? readlinkSync(path) : text(path))) ?? '',
  )
  const hash = createHash('sha256').update(ids.join('\0')).digest('hex').slice(0, 12)
  const hasProc = ids[0] !== ''
  return {
    machine: `${hostname()}-${hash}`,
    pid: process.pid,
    startOf: hasProc ? startFromProc : startFromPs,
  }
}

/** Field 22 of `stat` (start in ticks since boot); the name before it may hold spaces and parentheses. */
function startFromProc(pid: number): string | undefined {
  const stat = attempt(() => text(`/proc/${pid}/stat`))
  if (stat === undefined) return undefined
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  // Z and X have ended; only their parent has not noticed yet.
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : (fields[19] ?? unknown)
}

function startFromPs(pid: number): string | undefined {
  try {
    const started = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
    return started === '' ? undefined : started.replace(/\s+/g, '_')
  } catch (error) {
    // It ends with 1 where there is no such process, and does not start where there is no ps.
    return (error as { status?: unknown }).status === 1 ? undefined : unknown
  }
}

function text(path: string): string {
  return readFileSync(path, 'utf8').trim()
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}
