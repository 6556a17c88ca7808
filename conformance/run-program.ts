import { spawn } from 'node:child_process'

/** How a program ended, and what it printed. */
export interface Ended {
  readonly code: number | null
  readonly output: string
}

/** Runs a program to its end. Not to be waited for in a blocking way: the twin that it talks to is in this process. */
export function runProgram(
  program: string,
  words: readonly string[],
  options: {
    readonly cwd?: string
    readonly env: Readonly<Record<string, string>>
    readonly stdin?: string
  },
): Promise<Ended> {
  const { stdin = '', ...rest } = options
  const child = spawn(program, words, rest)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  // A program may end without reading it.
  child.stdin.on('error', () => {}).end(stdin)
  return new Promise((done, fail) => {
    child.on('error', fail).on('close', (code) => done({ code, output }))
  })
}
