import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { CommandModule } from 'yargs'

/** `customerio-jobs twin`: a program of its own, so that nothing of it is ever part of a job. */
export const twinCommand: CommandModule = {
  command: 'twin',
  describe: 'start the local stand-ins for Databricks and Customer.io (twin --help says more)',
  builder: (yargs) => yargs.strict(false).help(false),
  async handler() {
    const program = fileURLToPath(new URL('./twin.mjs', import.meta.url))
    const child = spawn(process.execPath, [program, ...process.argv.slice(3)], { stdio: 'inherit' })
    const forward = (signal: NodeJS.Signals) => child.kill(signal)
    process.on('SIGTERM', forward)
    // Ctrl-C reaches the child by itself; we only must not go first.
    process.on('SIGINT', () => {})
    process.exitCode = await new Promise<number>((resolve) => {
      child.on('exit', (code) => resolve(code ?? 1))
    })
  },
}
