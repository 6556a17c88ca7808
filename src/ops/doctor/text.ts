import type { CheckName } from './check.ts'
import type { Diagnosis } from './doctor.ts'
import type { Finding, Health } from './finding.ts'
import { wrapped } from './wrapped.ts'

/** How a diagnosis is written for a person. */
export interface DoctorLook {
  /** Characters of a line, at least 40. */
  readonly width: number
  /** Whether the terminal shows colours. */
  readonly colours: boolean
}

const titles: Readonly<Record<CheckName, string>> = {
  settings: 'Settings, and where they come from',
  project: 'Project',
  node: 'Node',
  clock: 'Clock',
  identity: 'Identity',
  warehouse: 'SQL warehouse',
  sources: 'Sources',
  control: 'Control schema',
  egress: 'Network to Customer.io',
  keys: 'Secrets and keys',
  syncs: 'Syncs',
}

const marks: Readonly<Record<Health, readonly [mark: string, ansi: number]>> = {
  ok: ['✓', 32],
  warning: ['!', 33],
  failed: ['✗', 31],
  skipped: ['·', 90],
}

/** A heading for each check, a line for each finding, its cure below, and at the end how many of each. */
export function doctorText({ version, target, checks }: Diagnosis, look: DoctorLook): string[] {
  const all = checks.flatMap(({ findings }) => findings)
  const number = (health: Health) => all.filter((one) => one.health === health).length
  const counts = [
    `${number('failed')} failed`,
    `${number('warning')} ${number('warning') === 1 ? 'warning' : 'warnings'}`,
    `${number('ok')} fine`,
    ...(number('skipped') === 0 ? [] : [`${number('skipped')} skipped`]),
  ]
  return [
    `customerio-jobs ${version}${target === null ? '' : `, target ${target}`}`,
    ...checks.flatMap(({ check, findings }) => [
      '',
      titles[check],
      ...findings.flatMap((finding) => findingLines(finding, look)),
    ]),
    '',
    counts.join(', '),
  ]
}

function findingLines({ health, about, found, cure }: Finding, look: DoctorLook): string[] {
  const [mark, ansi] = marks[health]
  const shown = look.colours ? `\u001b[${ansi}m${mark}\u001b[0m` : mark
  const [first = '', ...rest] = wrapped(
    `${about === undefined ? '' : `${about}: `}${found}`,
    look.width - 4,
  )
  return [
    `  ${shown} ${first}`,
    ...rest.map((line) => `    ${line}`),
    ...(cure === undefined
      ? []
      : wrapped(cure, look.width - 6).map((line, i) => `    ${i === 0 ? '→' : ' '} ${line}`)),
  ]
}
