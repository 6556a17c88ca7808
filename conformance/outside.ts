import { join } from 'node:path'
import type { Checks } from './checks.ts'
import { askAboutDemo, runDemoTwice } from './demo-lake.ts'
import { askAboutDml, makeTables } from './dml.ts'
import { askChdb, askDeltaRs, runSpark } from './engines.ts'
import { asSparkSteps, compareAnswers, questionsFor } from './outside-readers.ts'
import { compareParts, partSteps } from './part-file.ts'
import { recordProduct } from './product.ts'
import { type Asked, askTwin } from './questions.ts'
import { compareReplay, replay } from './replay.ts'
import type { Found, Tools } from './tools.ts'
import { withTwin } from './twin.ts'
import { compareWrites, writeAgain, writeSteps } from './write-back.ts'

/** Engines that are not ours read what the twin wrote, and run what the product says; `work` is for their files. */
export async function checkEngines(checks: Checks, tools: Tools, work: string): Promise<void> {
  const demo = join(work, 'demo')
  const dml = join(work, 'dml')
  console.log(
    'running the demo twice, changing small tables in every way, recording what the product says',
  )
  runDemoTwice(demo)
  const aboutDml = await withTwin(dml, async ({ warehouse }) => {
    await makeTables(warehouse)
    return askAboutDml(warehouse, dml)
  })
  const asked = [...(await askAboutDemo(demo)), ...aboutDml]
  const replayed = replay(await recordProduct(join(work, 'product')))

  outside(checks, tools, work, 'read', asked)
  const spark = both(tools.python, tools.jars)
  if ('missing' in spark) {
    for (const what of [
      'reads',
      'runs the SQL of the product',
      'loads parts',
      'writes to tables of the twin',
    ])
      checks.skip(`Spark ${what}`, spark.missing)
  } else {
    console.log('\nSpark takes a few minutes')
    const steps = [
      ...asSparkSteps(asked),
      ...replayed.map(({ step }) => step),
      ...(await partSteps(join(work, 'parts'))),
      ...writeSteps(dml),
    ]
    const answers = runSpark(steps, join(work, 'spark'), spark)
    checks.heading(`${answers.version}: the tables of the twin`)
    compareAnswers(checks, 'Spark', asked, answers)
    checks.heading(`${answers.version}: the SQL of the product`)
    compareReplay(checks, replayed, answers)
    compareParts(checks, answers)
    checks.heading(`${answers.version}: writes to tables of the twin`)
    const after = await withTwin(dml, async ({ warehouse }) => {
      await compareWrites(checks, warehouse, answers)
      await writeAgain(warehouse)
      // Without history: delta-rs tells the time of Spark's commits by their content, all others by their files.
      const subjects = ['main.dml.people', 'main.dml.long_log'].map((table) => ({
        table,
        history: false,
      }))
      return askTwin(warehouse, join(dml, 'lake'), subjects)
    })
    outside(checks, tools, work, 'read after Spark and the twin wrote', after)
  }
}

/** Has chdb and delta-rs read, as far as they are here. */
function outside(
  checks: Checks,
  { chdb, python }: Tools,
  work: string,
  what: string,
  questions: readonly Asked[],
): void {
  const out = join(work, what.replaceAll(' ', '-'))
  if ('missing' in chdb) checks.skip(`chdb: ${what}`, chdb.missing)
  else {
    const answers = askChdb(questionsFor('chdb', questions), join(out, 'chdb'), work)
    checks.heading(`${answers.version}: ${what}`)
    compareAnswers(checks, 'chdb', questions, answers)
  }
  if ('missing' in python) checks.skip(`delta-rs: ${what}`, python.missing)
  else {
    const answers = askDeltaRs(
      questionsFor('delta-rs', questions),
      join(out, 'delta-rs'),
      python.path,
    )
    checks.heading(`${answers.version}: ${what}`)
    compareAnswers(checks, 'delta-rs', questions, answers)
  }
}

function both(
  python: Found,
  jars: Found,
): { readonly python: string; readonly jars: string } | { readonly missing: string } {
  if ('missing' in python) return python
  if ('missing' in jars) return jars
  return { python: python.path, jars: jars.path }
}
