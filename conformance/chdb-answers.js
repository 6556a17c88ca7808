// Answers questions about Delta tables with chdb (ClickHouse and Delta Kernel); each answer is an Arrow stream.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { query } from 'chdb'

const { questions, out, root } = JSON.parse(readFileSync(process.argv[2], 'utf8'))
// It reads files below its working directory only.
process.chdir(root)
const results = {}
for (const question of questions) {
  try {
    query(statement(question), 'CSV')
    results[question.id] = {}
  } catch (error) {
    results[question.id] = { error: String(error.message).slice(0, 600) }
  }
}
const packageJson = new URL('node_modules/chdb/package.json', import.meta.url)
const own = JSON.parse(readFileSync(packageJson, 'utf8')).version
const engine = query('SELECT version()', 'TSV').trim()
writeFileSync(
  join(out, 'results.json'),
  JSON.stringify({ version: `chdb ${own} (ClickHouse ${engine})`, results }),
)

function statement({ id, folder, kind, version, from, to, columns }) {
  const settings = {
    allow_experimental_delta_kernel_rs: 1,
    output_format_arrow_compression_method: "'none'",
    output_format_arrow_string_as_string: 1,
    ...(version === undefined ? {} : { delta_lake_snapshot_version: version }),
    ...(kind === 'changes'
      ? { delta_lake_snapshot_start_version: from, delta_lake_snapshot_end_version: to }
      : {}),
  }
  return `SELECT ${columns.map(expression).join(', ')} FROM deltaLakeLocal('${folder}')
INTO OUTFILE '${join(out, `${id}.arrow`)}' TRUNCATE FORMAT ArrowStream
SETTINGS ${Object.entries(settings)
    .map(([name, value]) => `${name} = ${value}`)
    .join(', ')}`
}

/** Bytes are text to it. */
function expression([name, type]) {
  return type === 'Binary' ? `lower(hex("${name}")) AS "${name}"` : `"${name}"`
}
