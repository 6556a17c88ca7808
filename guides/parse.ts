/** What a page promises that a step says: the lines of the `text` block after it. */
export interface Promised {
  /** Where its first line stands in the page, from 1. */
  readonly line: number
  readonly lines: readonly string[]
}

/** One thing to do: a file to write, statements for the warehouse, commands, or a program that uses the library. */
export interface Step {
  readonly kind: 'file' | 'sql' | 'sh' | 'ts'
  /** Where its first line stands in the page, from 1. */
  readonly line: number
  /** The block without its fences. */
  readonly text: string
  /** The file to write, in the folder of the project; '' for other steps. */
  readonly path: string
  /** The nearest heading above it. */
  readonly heading: string
  /** The paragraph right before it; '' when there is none. */
  readonly prose: string
  readonly promised?: Promised
}

/** A page of `docs/guides/`. */
export interface Guide {
  /** `00` to `12`, the beginning of its file's name. */
  readonly number: string
  /** Its file, as it is named in messages. */
  readonly file: string
  readonly title: string
  /** Its first paragraph: what one has at the end. */
  readonly summary: string
  readonly steps: readonly Step[]
}

const runnable: Readonly<Record<string, Step['kind']>> = { sql: 'sql', sh: 'sh', ts: 'ts' }

/**
 * Reads a page. A block whose info string names a file is written; `sql`, `sh` and `ts` are run; a `text` block right
 * after one of these is what it must say. All other blocks are there to be read.
 */
export function parseGuide(file: string, markdown: string): Guide {
  const lines = markdown.split('\n')
  const steps: Step[] = []
  let [title, heading, summary, prose] = ['', '', '', '']
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? ''
    const fence = /^```(\S*) *(\S*)$/.exec(line)
    if (fence !== null) {
      const [, language = '', path = ''] = fence
      const end = lines.indexOf('```', i + 1)
      if (end === -1) throw new Error(`${file}:${i + 1} this block has no end`)
      const text = lines.slice(i + 1, end)
      const at = i + 2
      const kind = path === '' ? runnable[language] : 'file'
      const last = steps.at(-1)
      if (kind !== undefined) {
        steps.push({ kind, line: at, text: text.join('\n'), path, heading, prose })
      } else if (language === 'text' && last !== undefined && last.promised === undefined) {
        steps[steps.length - 1] = { ...last, promised: { line: at, lines: text } }
      }
      prose = ''
      i = end
    } else if (line.startsWith('#')) {
      heading = line.replace(/^#+ /, '')
      prose = ''
      if (title === '') title = heading
    } else if (line !== '') {
      const goesOn = lines[i - 1] !== '' && prose !== ''
      const isFirst = summary === '' || (goesOn && summary === prose)
      prose = goesOn ? `${prose} ${line}` : line
      if (isFirst) summary = prose
    }
  }
  return { number: /(\d\d)-[^/]*$/.exec(file)?.[1] ?? '', file, title, summary, steps }
}
