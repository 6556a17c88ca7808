import { isMap, isNode, isPair, isScalar, LineCounter, type Node, parseDocument } from 'yaml'
import type { Path, Place, Problem } from '../core/index.ts'

/** A YAML file, parsed, that knows where each of its values stands. */
export interface YamlFile {
  readonly file: string
  readonly value: unknown
  /** Syntax errors, duplicate keys: empty when `value` can be used. */
  readonly problems: readonly Problem[]
  /** The place of the value at `path`, or of its nearest parent that is there. */
  at(path: Path): Place
  /** The place of the key that names the value at `path`. */
  keyAt(path: Path): Place
}

/** Parses YAML 1.2 strictly: duplicate keys and unknown tags are problems, aliases are allowed. */
export function parseYaml(file: string, text: string): YamlFile {
  const lines = new LineCounter()
  const document = parseDocument(text, {
    lineCounter: lines,
    uniqueKeys: true,
    prettyErrors: false,
  })
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return { file, line: Math.max(1, line), column: Math.max(1, col) }
  }
  const find = (path: Path, wantKey: boolean): Place => {
    let node: unknown = document.contents
    let found: number = isNode(node) ? (node.range?.[0] ?? 0) : 0
    for (const [depth, step] of path.entries()) {
      const last = depth === path.length - 1
      if (isMap(node)) {
        const pair = node.items.find(
          (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(step),
        )
        if (pair === undefined) break
        const value = pair.value as Node | null
        const target = (last && wantKey) || value === null ? (pair.key as Node) : value
        found = target.range?.[0] ?? found
        node = value
      } else {
        const item: unknown = (
          node as { get?: (key: unknown, keep: boolean) => unknown } | null
        )?.get?.(step, true)
        if (!isNode(item)) break
        found = item.range?.[0] ?? found
        node = item
      }
    }
    return place(found)
  }
  const problems = [...document.errors, ...document.warnings].map((error) => ({
    ...place(error.pos[0]),
    code: 'yaml',
    message: `not valid YAML: ${error.message}`,
  }))
  return {
    file,
    value: problems.length === 0 ? (document.toJS() as unknown) : undefined,
    problems,
    at: (path) => find(path, false),
    keyAt: (path) => find(path, true),
  }
}
