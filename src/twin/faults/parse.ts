import { parse as parseYaml } from 'yaml'
import { z } from 'zod'
import { ConfigError } from '../../core/index.ts'
import { FaultRule, FaultSet } from './rule.ts'
import { readShortForm } from './short-form.ts'

/**
 * Reads a list of rules, or `{ seed, rules }`, from JSON or YAML text.
 *
 * @throws ConfigError FAULT_INVALID with every problem on a line of its own.
 */
export function parseFaultSet(text: string): FaultSet {
  return checkFaultSet(read(text))
}

/** Reads one rule from JSON (`{…}`) or from its short form. */
export function parseFaultRule(text: string): FaultRule {
  const value = text.trimStart().startsWith('{') ? read(text) : readShortForm(text)
  const result = FaultRule.safeParse(value)
  if (result.success) return result.data
  throw invalid(result.error.issues)
}

/** The same checks for a value that is parsed already. */
export function checkFaultSet(value: unknown): FaultSet {
  // The branch is chosen here: of a union zod can only say that nothing fits.
  const schema = Array.isArray(value) ? FaultSet.options[0] : FaultSet.options[1]
  const result = schema.safeParse(value)
  if (result.success) return result.data
  throw invalid(result.error.issues)
}

function read(text: string): unknown {
  try {
    return parseYaml(text)
  } catch (cause) {
    throw new ConfigError(
      'FAULT_INVALID',
      'Fault rules must be YAML or JSON, and these are neither.',
      {
        cause,
      },
    )
  }
}

function invalid(issues: readonly z.core.$ZodIssue[]): ConfigError {
  const lines = issues.map(
    (issue) => `  ${z.core.toDotPath(issue.path) || 'rule'}: ${issue.message}`,
  )
  return new ConfigError('FAULT_INVALID', `These fault rules are not right:\n${lines.join('\n')}`)
}
