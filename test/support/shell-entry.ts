import { createInterface } from 'node:readline'
import { runCli } from '../../src/cli/index.ts'

/*
 * Commands one after the other in one process, so that a test of a hundred of them does not start a hundred processes.
 * A line of JSON in is the words of a command; a line of JSON out is how it ended and what it wrote.
 */

const { stdout, stderr } = process
const answer = stdout.write.bind(stdout)
const taken = { stdout: '', stderr: '' }
stdout.write = (text: string | Uint8Array) => {
  taken.stdout += text
  return true
}
stderr.write = (text: string | Uint8Array) => {
  taken.stderr += text
  return true
}

for await (const line of createInterface({ input: process.stdin })) {
  Object.assign(taken, { stdout: '', stderr: '' })
  process.exitCode = 0
  await runCli(JSON.parse(line) as string[])
  answer(`${JSON.stringify({ code: Number(process.exitCode), ...taken })}\n`)
}
process.exitCode = 0
