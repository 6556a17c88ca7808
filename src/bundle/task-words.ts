import { ConfigError, closest } from '../core/index.ts'
import { type Mode, modes, type Name, names, optionsOf, type TaskKind } from './modes.ts'
import type { ParameterName } from './parameters.ts'

/** What a task of a job is to do: a command line, or nothing, with a sentence that says why. */
export type TaskWords =
  | { readonly kind: 'command'; readonly words: readonly string[] }
  | { readonly kind: 'nothing'; readonly because: string }

/**
 * The command line behind what the task of a job was started with: words such as `mode=retry`, of which empty ones are as
 * good as not there, among words of a command line, which are passed on. Without any of the former, all of it is a command
 * line. `syncsOf` names the syncs of a job, or all, so that a misspelt one in `syncs` is not taken for another task's.
 *
 * Throws ConfigError PARAMETER_INVALID for a value that is none, and for one that would do nothing in this mode.
 */
export function taskWords(
  kind: TaskKind,
  argv: readonly string[],
  syncsOf: (job: string | undefined) => readonly string[],
): TaskWords {
  const given = new Map<Name, string>()
  const passed = argv.filter((word) => {
    const name = names.find((one) => word.startsWith(`${one}=`))
    const value = name === undefined ? '' : word.slice(name.length + 1).trim()
    if (name !== undefined && value !== '') given.set(name, value)
    return name === undefined
  })
  const isPlain = passed.length === argv.length
  if (isPlain) return { kind: 'command', words: [...kind.split(' '), ...passed] }
  for (const [name, value] of given) {
    if (value.includes('{{')) throw invalid(`${name} still holds a reference: it is misspelt`)
  }
  const mode = modeOf(kind, given.get('mode'))
  const unused = ([...given.keys()] as ParameterName[]).find(
    (name) => isSaid(name, given) && !mode.takes.includes(name),
  )
  if (unused !== undefined) throw invalid(`${unused} means nothing in mode ${mode.name}`)
  const sync = given.get('sync')
  if (sync !== undefined && !isMeant(sync, given, syncsOf)) {
    return { kind: 'nothing', because: `${sync} is not among the syncs that were named` }
  }
  if (mode.command === undefined) {
    return { kind: 'nothing', because: `there is nothing to do here in mode ${mode.name}` }
  }
  return { kind: 'command', words: [...commandLine(mode.command, given), ...passed] }
}

function modeOf(kind: TaskKind, said: string | undefined): Mode & { readonly name: string } {
  const known = Object.keys(modes[kind])
  const name = said ?? known[0] ?? ''
  const mode = modes[kind][name]
  if (mode === undefined) throw invalid(`mode is one of ${known.join(', ')}`)
  return { ...mode, name }
}

/** What only a person says, and did. */
function isSaid(name: Name, given: ReadonlyMap<Name, string>): boolean {
  if (name === 'vacuum') return given.get(name) !== 'false'
  return ['limit', 'since', 'reason', 'why', 'confirm'].includes(name)
}

function isMeant(
  sync: string,
  given: ReadonlyMap<Name, string>,
  syncsOf: (job: string | undefined) => readonly string[],
): boolean {
  const wanted = listed(given.get('syncs') ?? '')
  if (wanted.length === 0) return true
  const known = syncsOf(given.get('job'))
  const stranger = wanted.find((name) => !known.includes(name))
  if (stranger === undefined) return wanted.includes(sync)
  const near = closest(stranger, known)
  throw invalid(
    `syncs names "${stranger}"; ${near === undefined ? `known: ${known.join(', ')}` : `did you mean "${near}"?`}`,
  )
}

function commandLine(command: readonly string[], given: ReadonlyMap<Name, string>): string[] {
  const options = optionsOf[command.filter((word) => !word.startsWith('--')).join(' ')] ?? {}
  const sync = given.get('sync')
  return [
    ...command,
    ...(sync === undefined ? [] : [sync]),
    ...Object.entries(options).flatMap(([name, option]) => {
      const value = given.get(name as Name)
      if (value === undefined) return []
      // One word each: a value may begin with a dash.
      return (name === 'confirm' ? listed(value) : [value]).map((one) => `${option}=${one}`)
    }),
    ...(command[0] === 'maintain' ? vacuum(given.get('vacuum')) : []),
  ]
}

function vacuum(value = 'false'): string[] {
  if (value !== 'true' && value !== 'false') throw invalid('vacuum is true or false')
  return value === 'true' ? ['--vacuum'] : []
}

function listed(text: string): string[] {
  return text.split(/[\s,]+/).filter((one) => one !== '')
}

function invalid(what: string): ConfigError {
  return new ConfigError('PARAMETER_INVALID', `the parameters of the job: ${what}`)
}
