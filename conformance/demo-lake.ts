import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { type Asked, askTwin, type Subject } from './questions.ts'
import { withTwin } from './twin.ts'

/** Runs the built demo twice in one folder, so that its tables have a history. */
export function runDemoTwice(folder: string): void {
  for (let time = 1; time <= 2; time++) {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['dist/demo.mjs', folder], {
      encoding: 'utf8',
    })
    if (status !== 0) throw new Error(`the demo ended with ${status}:\n${stdout}\n${stderr}`)
  }
}

/** What the twin answers about every table that the demo left. */
export async function askAboutDemo(folder: string): Promise<Asked[]> {
  return withTwin(folder, async ({ warehouse }) => {
    const subjects: Subject[] = []
    for (const schema of ['main.shop', 'main.customerio']) {
      for (const row of await warehouse.query(`SHOW TABLES IN ${schema}`)) {
        const table = `${schema}.${row.tableName}`
        if (schema === 'main.shop') subjects.push({ table, versions: true, changes: [{ from: 0 }] })
        else if (row.isView !== true && !views.includes(String(row.tableName))) {
          subjects.push({ table, versions: table.endsWith('.windows') })
        }
      }
    }
    return askTwin(warehouse, join(folder, 'lake'), subjects)
  })
}

const views = ['outcomes', 'dead_letters', 'account', 'inventory']
