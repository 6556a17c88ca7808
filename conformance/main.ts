import { rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Checks } from './checks.ts'
import { checkCli } from './cli.ts'
import { checkGuide } from './guide.ts'
import { checkLauncher } from './launcher.ts'
import { checkEngines } from './outside.ts'
import { prepareTools } from './tools.ts'

/*
 * Outside proof, all of it or the parts that were named. What each check shows, and what none of them does, is in
 * docs/conformance.md.
 */

const cache = resolve('.conformance')
const work = join(cache, 'run')
const tools = prepareTools(cache)
const checks = new Checks()

const parts: Readonly<Record<string, () => Promise<void>>> = {
  engines: () => checkEngines(checks, tools, work),
  launcher: () => checkLauncher(checks, tools.task, join(work, 'launcher')),
  bundle: () => checkCli(checks, tools),
  guide: () => checkGuide(checks, tools),
}
const named = process.argv.slice(2)
const unknown = named.find((name) => !Object.hasOwn(parts, name))
if (unknown !== undefined) {
  throw new Error(`"${unknown}" is no part; there are ${Object.keys(parts).join(', ')}`)
}
rmSync(work, { recursive: true, force: true })
for (const [name, check] of Object.entries(parts)) {
  if (named.length === 0 || named.includes(name)) await check()
}
process.exitCode = checks.close()
