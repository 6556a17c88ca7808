import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'

/** The twin, as a process of its own. */
export interface Twin {
  /** What a process of the product needs in its environment. */
  readonly environment: Readonly<Record<string, string>>
  /** Stops it. */
  stop(): Promise<void>
}

/** Starts the built twin on a folder and free ports. */
export async function startTwin(folder: string): Promise<Twin> {
  if (!existsSync('dist/twin.mjs')) throw new Error('there is no build: npm run build')
  const ports = ['--port', '--us-port', '--eu-port'].flatMap((name) => [name, '0'])
  const words = ['--data', folder, '--json', '--stop-with-stdin', ...ports]
  const child = spawn(process.execPath, [resolve('dist', 'twin.mjs'), ...words], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const [line] = await once(createInterface({ input: child.stdout }), 'line')
  const { environment } = JSON.parse(String(line)) as Twin
  return {
    environment,
    async stop() {
      child.stdin.end()
      await once(child, 'exit')
    },
  }
}
