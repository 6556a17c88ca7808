import type { Call, Fault, FaultPlan } from '../http/index.ts'
import { randomSequence } from './random.ts'
import type { FaultRule, FaultSet } from './rule.ts'

/** A rule and what it has done since it was set. */
export interface CountedRule {
  readonly rule: FaultRule
  /** Calls that matched door, address and call. */
  readonly matched: number
  /** How often the fault began; with `delayAfterMs`, how often an answer began to be held back. */
  readonly fired: number
}

/** The rules in force; every rule counts the calls that match it, and the first that wants to fire does. */
export interface Faults extends FaultPlan {
  /** Replaces all rules; counters start again at zero. */
  set(rules: FaultSet): void
  /** Puts one more rule behind the others, whose counters go on. */
  add(rule: FaultRule): void
  clear(): void
  counters(): readonly CountedRule[]
}

interface Armed {
  readonly rule: FaultRule
  readonly matches: (label: string) => boolean
  readonly matchesStatement: (statement: string | undefined) => boolean
  readonly random: () => number
  matched: number
  /** How often the rule was the one that decided, which is all that `times` looks at. */
  decided: number
  fired: number
}

/** Faults by rule. The same rules, seed and calls give the same faults. */
export function createFaults(initial: FaultSet = { rules: [], seed: 1 }): Faults {
  let armed: Armed[] = []
  let seed = initial.seed
  const add = (rule: FaultRule) => {
    // A sequence per rule: what one rule leaves to chance does not depend on the calls that another one sees.
    const random = randomSequence(seed + armed.length * 0x10001)
    const matches = globMatcher(rule.call)
    const matchesStatement = statementMatcher(rule.statement)
    armed.push({ rule, matches, matchesStatement, random, matched: 0, decided: 0, fired: 0 })
  }
  const set = (rules: FaultSet) => {
    armed = []
    seed = rules.seed
    rules.rules.forEach(add)
  }
  set(initial)
  return {
    set,
    add,
    clear: () => set({ rules: [], seed }),
    counters: () => armed.map(({ rule, matched, fired }) => ({ rule, matched, fired })),
    decide(call) {
      const willing = armed.filter((one) => isMeant(one, call) && wantsToFire(one))
      const [first] = willing
      if (first === undefined) return undefined
      first.decided++
      const fault = first.rule.fault as Fault
      if (fault.delayAfterMs !== undefined) return { ...fault, onHeld: () => void first.fired++ }
      first.fired++
      return fault
    },
  }
}

function isMeant({ rule, matches, matchesStatement }: Armed, call: Call): boolean {
  if (rule.door !== call.door || !matches(call.label)) return false
  if (!matchesStatement(call.statement)) return false
  return rule.address === undefined || rule.address === call.address
}

/** Counts the call. Chance is drawn for every matching call, so that the draws do not hang on other conditions. */
function wantsToFire(one: Armed): boolean {
  const { nth, every, from = 1, to = Infinity, probability = 1, times = Infinity } = one.rule.when
  const number = ++one.matched
  const draw = one.random()
  return (
    (nth === undefined || (Array.isArray(nth) ? nth.includes(number) : nth === number)) &&
    (every === undefined || number % every === 0) &&
    number >= from &&
    number <= to &&
    draw < probability &&
    one.decided < times
  )
}

/** By the whole text of a statement, whatever its case and its white space. */
function statementMatcher(glob: string | undefined): (statement: string | undefined) => boolean {
  if (glob === undefined) return () => true
  const matches = globMatcher(oneLine(glob), 'is')
  return (statement) => statement !== undefined && matches(oneLine(statement))
}

function oneLine(text: string): string {
  return text.trim().replace(/\s+/g, ' ')
}

/** `*` stands for any text, everything else for itself. */
function globMatcher(glob: string, flags = 's'): (text: string) => boolean {
  const parts = glob.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
  const pattern = new RegExp(`^${parts.join('.*')}$`, flags)
  return (text) => pattern.test(text)
}
