import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'

/** One turn of a way, as its process measured it. */
export interface Turn {
  readonly rows: number
  readonly seconds: number
  /** User and system time of the process. */
  readonly cpuSeconds: number
}

/** Does the work of one turn on that many rows. */
export type Work = (rows: number) => Promise<void>

/** What a way's process makes its {@link Work} from; `argument` comes from {@link takeTurns}. */
export type Ways = Readonly<Record<string, (argument: string) => Promise<Work>>>

/** True in a process that {@link takeTurns} started. */
export const isWay = process.argv[2] === 'way'

/** Serves turns of the way that this process was started for, until the parent lets go. */
export async function serveTurns(ways: Ways): Promise<void> {
  const [, , , name = '', argument = ''] = process.argv
  const work = await ways[name]?.(argument)
  if (work === undefined) throw new Error(`there is no way called ${name}`)
  process.on('message', (rows: number) => {
    measure(work, rows).then(
      (turn) => process.send?.(turn),
      (error) => {
        console.error(error)
        process.exit(1)
      },
    )
  })
  process.on('disconnect', () => process.exit())
  process.send?.('ready')
}

async function measure(work: Work, rows: number): Promise<Turn> {
  const cpu = process.cpuUsage()
  const from = performance.now()
  await work(rows)
  const seconds = (performance.now() - from) / 1000
  const { user, system } = process.cpuUsage(cpu)
  return { rows, seconds, cpuSeconds: (user + system) / 1e6 }
}

/** How the turns are taken. */
export interface TurnOptions<Name extends string> {
  /** The module whose processes serve the ways: `import.meta.url` of the caller. */
  readonly module: string
  readonly argument: string
  /** Rows of one turn, by way: about as long a turn for each. */
  readonly rows: Readonly<Record<Name, number>>
  readonly rounds: number
  /** Rounds before those that count. */
  readonly warmUp: number
  /** Options of Node for a way's process. Default: none. */
  readonly nodeOptions?: Readonly<Partial<Record<Name, readonly string[]>>>
  /** Called after each turn, with the way's name. */
  readonly afterTurn?: (name: Name, turn: Turn) => Promise<void>
}

/**
 * Lets every way work in turn, round after round. Each has a process of its own that stays: warmed up, and untouched by
 * the others' garbage. Only one works at a time, so that what else goes on in the machine meets all of them.
 */
export async function takeTurns<Name extends string>(
  options: TurnOptions<Name>,
): Promise<Record<Name, Turn[]>> {
  const names = Object.keys(options.rows) as Name[]
  const taken = Object.fromEntries(names.map((name) => [name, [] as Turn[]])) as Record<
    Name,
    Turn[]
  >
  const processes = new Map<Name, ChildProcess>()
  try {
    for (const name of names) {
      const child = fork(new URL(options.module), ['way', name, options.argument], {
        execArgv: [...(options.nodeOptions?.[name] ?? [])],
      })
      processes.set(name, child)
      await next(child)
    }
    for (let round = 0; round < options.warmUp + options.rounds; round++) {
      for (const [name, child] of processes) {
        child.send(options.rows[name])
        const turn = (await next(child)) as Turn
        await options.afterTurn?.(name, turn)
        if (round >= options.warmUp) taken[name].push(turn)
      }
    }
  } finally {
    for (const child of processes.values()) if (child.connected) child.disconnect()
  }
  return taken
}

async function next(child: ChildProcess): Promise<unknown> {
  const ended = new AbortController()
  const exit = once(child, 'exit', { signal: ended.signal }).then(([code]) => {
    throw new Error(`a way ended with exit code ${code}`)
  })
  exit.catch(() => {})
  const [message] = await Promise.race([once(child, 'message', { signal: ended.signal }), exit])
  ended.abort()
  return message
}

/** Rows per second, turn by turn. */
export function ratesOf(turns: readonly Turn[]): number[] {
  return turns.map(({ rows, seconds }) => rows / seconds)
}

/** Microseconds of CPU per row, turn by turn. */
export function cpuOf(turns: readonly Turn[]): number[] {
  return turns.map(({ rows, cpuSeconds }) => (cpuSeconds * 1e6) / rows)
}

/** The median of how often `b` goes into `a`, round by round: what slows a round down slows both. */
export function ratioOf(a: readonly number[], b: readonly number[]): number {
  return median(a.map((value, i) => value / (b[i] ?? Number.NaN)))
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}
