import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isError } from '../src/core/index.ts'
import { type Difference, differentRow, missingLine } from './differences.ts'
import type { Ended, Ends } from './ends.ts'
import type { Guide, Step } from './parse.ts'
import { tableText } from './table-text.ts'

/** What became of a step. */
export interface StepResult {
  readonly step: Step
  /** What it said, line by line. */
  readonly said: readonly string[]
  /** Where the page says otherwise. */
  readonly difference?: Difference
}

/** Does one step of a guide, in the folder of its project. */
export async function runStep(ends: Ends, project: string, step: Step): Promise<StepResult> {
  const { kind, promised } = step
  switch (kind) {
    case 'file':
      mkdirSync(dirname(join(project, step.path)), { recursive: true })
      writeFileSync(join(project, step.path), `${step.text}\n`)
      return { step, said: [] }
    case 'sql': {
      let said: string[]
      try {
        said = await statements(ends, step.text)
      } catch (error) {
        // A page must not show what the warehouse refuses.
        if (!isError(error)) throw error
        return result(step, [error.message], {
          line: step.line,
          text: 'the warehouse refuses this',
        })
      }
      return result(step, said, promised && differentRow(promised, said))
    }
    case 'sh':
      return commands(ends, project, step)
    case 'ts': {
      const ended = await ends.program(project, step.text)
      const said = linesOf(ended)
      return result(
        step,
        said,
        wrongEnd(step.line, 0, ended) ?? (promised && missingLine(promised, said)),
      )
    }
    default:
      return kind satisfies never
  }
}

/** The sentence for a page that is not true: file, line, and what was there instead. */
export function differenceText({ file }: Guide, { difference, said }: StepResult): string {
  if (difference === undefined) return ''
  const was = said.length === 0 ? [] : ['it was:', ...said]
  return [`${file}:${difference.line} ${difference.text}`, ...was].join('\n')
}

function result(step: Step, said: readonly string[], difference?: Difference): StepResult {
  return { step, said, ...(difference !== undefined && { difference }) }
}

/** Runs statements, each ended by a semicolon at the end of a line; what the last one with rows gave. */
async function statements(ends: Ends, text: string): Promise<string[]> {
  let said: string[] = []
  for (const statement of text.split(/;[ \t]*$/m)) {
    if (statement.trim() === '') continue
    const rows = tableText(await ends.query(statement))
    if (rows.length > 0) said = rows
  }
  return said
}

/** Runs a block's commands, one a line. `# exit code 2` behind one says how it must end; 0 else. */
async function commands(ends: Ends, project: string, step: Step): Promise<StepResult> {
  const said: string[] = []
  for (const [i, line] of step.text.split('\n').entries()) {
    const [, command = '', code = '0'] = /^(.*?)(?: +# exit code (\d+))?$/.exec(line) ?? []
    const [program, ...words] = wordsOf(command)
    const at = step.line + i
    if (program !== 'customerio-jobs') {
      return result(step, said, {
        line: at,
        text: 'a line of a sh block begins with customerio-jobs',
      })
    }
    const ended = await ends.command(project, words)
    said.push(...linesOf(ended))
    const wrong = wrongEnd(at, Number(code), ended)
    if (wrong !== undefined) return result(step, said, wrong)
  }
  return result(step, said, step.promised && missingLine(step.promised, said))
}

function wrongEnd(line: number, expected: number, { code }: Ended): Difference | undefined {
  return code === expected ? undefined : { line, text: `it ended with exit code ${code}` }
}

/** Everything it said; of what went to stderr, log lines are left out. */
function linesOf({ stdout, stderr }: Ended): string[] {
  const isLog = (line: string) => /^\d{4}-\d\d-\d\dT\S+Z (info|debug) /.test(line)
  const aside = stderr.split('\n').filter((line) => !isLog(line))
  return [...stdout.split('\n'), ...aside]
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
}

/** The words of a command line, quotes taken off. */
function wordsOf(command: string): string[] {
  return Array.from(
    command.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g),
    ([, a, b, c]) => a ?? b ?? c ?? '',
  )
}
