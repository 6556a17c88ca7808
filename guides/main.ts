import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { fileURLToPath } from 'node:url'
import { startTwinProcess } from '../demo/index.ts'
import { openEnds } from './ends.ts'
import type { Guide, Step } from './parse.ts'
import { readGuides } from './read.ts'
import { differenceText, runStep } from './run.ts'

/*
 * A guide, step by step, on a twin of its own that is gone afterwards: everything is done by the commands and the
 * warehouse that the page names, and a page that says what is not so ends it.
 */

const root = fileURLToPath(new URL('..', import.meta.url))
const words = process.argv.slice(2).filter((word) => word !== '--yes')
const isSlow = process.stdin.isTTY === true && !process.argv.includes('--yes')

const say = (text = '') => process.stdout.write(`${text}\n`)

async function waitForEnter(question: string): Promise<void> {
  if (!isSlow) return
  const asked = createInterface({ input: process.stdin, output: process.stdout })
  try {
    await asked.question(question)
  } finally {
    asked.close()
  }
}

function show(step: Step, before: Step | undefined): void {
  if (step.heading !== before?.heading) say(`\n── ${step.heading}`)
  if (step.prose !== '') say(`\n${step.prose}`)
  say(step.kind === 'file' ? `\n${step.path}` : '')
  for (const line of step.text.split('\n')) say(`  ${line}`)
}

async function walk(guide: Guide): Promise<number> {
  say(`${guide.title}\n\n${guide.summary}\n\nstarting a twin of its own …`)
  const folder = mkdtempSync(join(tmpdir(), 'customerio-jobs-guide-'))
  // Also where Ctrl-C ends it; the twin stops with our end of its pipe.
  process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }))
  process.once('SIGINT', () => process.exit(130))
  process.once('SIGTERM', () => process.exit(143))
  const ports = ['--port', '0', '--us-port', '0', '--eu-port', '0']
  const twin = await startTwinProcess(join(folder, 'twin'), ports)
  const ends = openEnds(twin.environment, root)
  try {
    const project = join(folder, 'project')
    mkdirSync(project)
    for (const [i, step] of guide.steps.entries()) {
      show(step, guide.steps[i - 1])
      await waitForEnter('\n↵ ')
      const result = await runStep(ends, project, step)
      if (result.said.length > 0) say()
      for (const line of result.said) say(`  │ ${line}`)
      if (result.difference !== undefined) {
        process.stderr.write(`\n${differenceText(guide, { ...result, said: [] })}\n`)
        return 1
      }
    }
    say(`\nThat was all. The page again: ${guide.file}`)
    if (isSlow) say(`What Customer.io has: ${twin.page}`)
    await waitForEnter('↵ ends it, and takes the twin away ')
    return 0
  } finally {
    await ends.close()
    await twin.stop()
  }
}

const guides = readGuides(root)
const [asked] = words
const guide = guides.find(({ number }) => number === asked?.padStart(2, '0'))
if (guide !== undefined) {
  process.exitCode = await walk(guide)
} else {
  if (asked !== undefined) process.stderr.write(`there is no guide ${asked}\n`)
  for (const { title, file } of guides) say(`${title.padEnd(44)} ${file}`)
  process.exitCode = asked === undefined ? 0 : 2
}
