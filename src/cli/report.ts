import { writeFile } from 'node:fs/promises'
import type { CommandModule } from 'yargs'
import { readReport, reportHtml } from '../ops/index.ts'
import { type CommonArguments, terminalFor, withCommon, withParts } from './open.ts'

type Arguments = CommonArguments & { readonly html: string | undefined }

/** `customerio-jobs report` */
export const reportCommand: CommandModule<object, Arguments> = {
  command: 'report',
  describe: 'show what became of the rows of the newest windows, in numbers',
  builder: (yargs) =>
    withCommon(yargs).option('html', { type: 'string', describe: 'write a page to this file' }),
  async handler(args) {
    const terminal = terminalFor(args)
    await withParts(args, terminal, async ({ warehouse, project, clock }) => {
      const report = await readReport(warehouse, project.control)
      if (args.html !== undefined) {
        await writeFile(args.html, reportHtml(report, new Date(clock.now())))
        terminal.note(`wrote ${args.html}`)
      }
      if (args.json) terminal.out(JSON.stringify(report))
      else if (args.html === undefined) {
        for (const { sync, destination, rows, fates, state } of report.windows) {
          const counts = Object.entries(fates).filter(([, count]) => count > 0)
          terminal.out(
            `${sync} → ${destination} (${state}): ${rows} rows; ${counts.map(([fate, count]) => `${count} ${fate}`).join(', ')}`,
          )
        }
        for (const { sync, reason, text, count } of report.failures) {
          terminal.out(`  ${sync}: ${count} × ${reason}  ${text}`)
        }
      }
    })
  },
}
