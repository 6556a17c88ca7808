import { writeFile } from 'node:fs/promises'
import type { CommandModule } from 'yargs'
import {
  periodHtml,
  periodText,
  readPeriod,
  readReport,
  reportHtml,
  reportText,
} from '../ops/index.ts'
import { type Parts, schedule } from '../sync/index.ts'
import { momentOf } from './moment.ts'
import { type CommonArguments, terminalFor, withCommon, withParts } from './open.ts'

type Arguments = CommonArguments & {
  readonly html: string | undefined
  readonly sync: string | undefined
  readonly week: boolean | undefined
  readonly since: string | undefined
}

/** What is shown, in each of the ways to show it. */
interface Shown {
  readonly value: object
  readonly html: () => string
  readonly text: () => string[]
}

/** `customerio-jobs report` */
export const reportCommand: CommandModule<object, Arguments> = {
  command: 'report',
  describe: 'show what became of rows: of the newest windows, of a sync, of a week',
  builder: (yargs) =>
    withCommon(yargs)
      .option('sync', { type: 'string', describe: 'this sync over time; 30 days if not said' })
      .option('week', { type: 'boolean', describe: 'the last seven days' })
      .option('since', { type: 'string', describe: 'from this moment on: 2026-01-31' })
      .option('html', { type: 'string', describe: 'write a page to this file' })
      .conflicts('week', 'since'),
  async handler(args) {
    const terminal = terminalFor(args)
    const since = momentOf('since', args.since)
    await withParts(args, terminal, async (parts) => {
      const isPeriod = [args.sync, args.week, since].some((one) => one !== undefined)
      const shown = isPeriod ? await period(parts, args, since) : await newest(parts)
      if (args.html !== undefined) {
        await writeFile(args.html, shown.html())
        terminal.note(`wrote ${args.html}`)
      }
      if (args.json) terminal.out(JSON.stringify(shown.value))
      else if (args.html === undefined) for (const line of shown.text()) terminal.out(line)
    })
  },
}

const dayMs = 86_400_000

async function period(
  parts: Parts,
  { sync, week }: Arguments,
  since: number | undefined,
): Promise<Shown> {
  // A name that the project does not have is an error, with the nearest one.
  if (sync !== undefined) schedule(parts.project, [sync])
  const report = await readPeriod(parts, {
    since: since ?? parts.clock.now() - (week === true ? 7 : 30) * dayMs,
    ...(sync === undefined ? {} : { sync }),
  })
  return { value: report, html: () => periodHtml(report), text: () => periodText(report) }
}

async function newest({ warehouse, project, clock }: Parts): Promise<Shown> {
  const report = await readReport(warehouse, project.control)
  return {
    value: report,
    html: () => reportHtml(report, new Date(clock.now())),
    text: () => reportText(report),
  }
}
