import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
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
  if (!isSlow || process.stdin.readableEnded) return
  process.stdout.write(question)
  const lines = createInterface({ input: process.stdin })
  // Whoever closes the input waits no more.
  await new Promise<void>((resolve) => lines.once('line', () => resolve()).once('close', resolve))
  lines.close()
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
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const ports = ['--port', '0', '--us-port', '0', '--eu-port', '0']
  const twin = await startTwinProcess(join(folder, 'twin'), ports)
  let stopping: Promise<void> | undefined
  const stop = () => {
    stopping ??= twin.stop()
    return stopping
  }
  // The folder goes when the twin has let go of it.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => stop().finally(() => process.exit(128 + constants.signals[signal])))
  }
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
    await stop()
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
