import type { DoctorLook } from '../text.ts'
import { wrapped } from '../wrapped.ts'
import type { LiveReport, LiveResult } from './live.ts'

/** One experiment: its fact, what was seen, and the promises that rest on it. */
export function resultText(result: LiveResult, { width, colours }: DoctorLook): string[] {
  const { name, fact, promises, expected, isExpected, seen, look } = result
  const [mark, ansi] = isExpected ? ['✓', 32] : ['✗', 31]
  const rests = `${promises.length === 1 ? 'promise' : 'promises'} ${promises.join(', ')}`
  const indented = (text: string) => wrapped(text, width - 4).map((line) => `    ${line}`)
  return [
    `  ${colours ? `\u001b[${ansi}m${mark}\u001b[0m` : mark} ${name} (${rests})`,
    ...indented(fact),
    ...indented(`expected: ${expected}`),
    ...indented(`seen: ${seen}`),
    ...(look === undefined ? [] : indented(`look: ${look}`)),
    '',
  ]
}

/** How many went as expected, and what only a person can see. */
export function liveText({ results, person, forgotten }: LiveReport): string[] {
  const wrong = results.filter(({ isExpected }) => !isExpected)
  const rest = wrong.length === 0 ? '' : `; otherwise: ${wrong.map(({ name }) => name).join(', ')}`
  return [
    `${results.length - wrong.length} of ${results.length} experiments went as expected${rest}`,
    forgotten === null
      ? `the person ${person} was kept: doctor --live --forget ${person}`
      : `the person ${person} was deleted: ${forgotten}`,
  ]
}
