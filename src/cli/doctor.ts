import { resolve } from 'node:path'
import type { CommandModule } from 'yargs'
import { redact, systemClock } from '../core/index.ts'
import { doctor, doctorText, isSick } from '../ops/index.ts'
import { experiment, type LiveArguments, withLive } from './doctor-live.ts'
import { lookFor } from './look.ts'
import { type CommonArguments, terminalFor, withCommon } from './open.ts'
import { endWithStdin } from './stop-signal.ts'

type Arguments = CommonArguments & LiveArguments

/** `customerio-jobs doctor` */
export const doctorCommand: CommandModule<object, Arguments> = {
  command: 'doctor',
  describe: 'check all that a run needs, and say of each fault what to do',
  builder: (yargs) => withLive(withCommon(yargs)),
  async handler(args) {
    if (args.live) return await experiment(args)
    const terminal = terminalFor(args)
    // A launcher that is gone must not leave a process waiting for a warehouse.
    if ((process.env.CUSTOMERIO_JOBS_LAUNCHER ?? '') !== '') endWithStdin()
    const diagnosis = await doctor({
      root: resolve(args.project),
      target: args.target,
      environment: process.env,
      node: process.versions.node,
      clock: systemClock,
      log: terminal.log,
      onCheck: (name) => terminal.status(`looking at: ${name}`),
    })
    terminal.status('')
    const text = args.json
      ? JSON.stringify(diagnosis)
      : doctorText(diagnosis, lookFor(terminal)).join('\n')
    // The identity may be an address; a person at a terminal may see it.
    terminal.out(terminal.isPerson ? text : redact(text))
    if (isSick(diagnosis)) process.exitCode = 2
  },
}
