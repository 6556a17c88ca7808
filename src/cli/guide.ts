import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { CommandModule } from 'yargs'

/** `customerio-jobs guide [number]`: a program of its own, so that nothing of it is ever part of a job. */
export const guideCommand: CommandModule = {
  command: 'guide [number]',
  describe: 'walk through a guide of docs/guides on a twin of its own; --yes waits for nobody',
  builder: (yargs) =>
    yargs
      .positional('number', { type: 'string', describe: '00 to 12; without one, lists them' })
      .option('yes', { type: 'boolean', default: false, describe: 'do not wait between steps' }),
  async handler() {
    const program = fileURLToPath(new URL('./guide.mjs', import.meta.url))
    const child = spawn(process.execPath, [program, ...process.argv.slice(3)], { stdio: 'inherit' })
    process.on('SIGTERM', (signal) => child.kill(signal))
    // Ctrl-C reaches the child by itself; we only must not go first.
    process.on('SIGINT', () => {})
    process.exitCode = await new Promise<number>((resolve) => {
      child.on('exit', (code) => resolve(code ?? 1))
    })
  },
}
