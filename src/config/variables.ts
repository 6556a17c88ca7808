import { closest, type Path, type Problem } from '../core/index.ts'
import type { YamlFile } from './yaml-file.ts'

/** Replaces `${name}` in every string below `value`; unknown names become problems with a line. */
export function substitute(
  value: unknown,
  vars: Readonly<Record<string, string>>,
  file: YamlFile,
  problems: Problem[],
  path: Path = [],
): unknown {
  if (typeof value === 'string') return expand(value, vars, file, problems, path)
  if (Array.isArray(value)) {
    return value.map((item, i) => substitute(item, vars, file, problems, [...path, i]))
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [
        key,
        // Tests show data, not names: a dollar sign there is a dollar sign.
        path.length === 0 && key === 'tests'
          ? item
          : substitute(item, vars, file, problems, [...path, key]),
      ]),
    )
  }
  return value
}

/** `${name}` replaced in one text. */
export function expand(
  text: string,
  vars: Readonly<Record<string, string>>,
  file: YamlFile,
  problems: Problem[],
  path: Path,
): string {
  return text.replace(/\$\{(\w+)\}/g, (whole, name: string) => {
    const value = vars[name]
    if (value !== undefined) return value
    const near = closest(name, Object.keys(vars))
    problems.push({
      ...file.at(path),
      code: 'unknown_variable',
      message: `\${${name}} is not a variable of customerio.yml`,
      suggestion: near === undefined ? `add it under vars:` : `did you mean \${${near}}?`,
    })
    return whole
  })
}
