/*
 * Rows per second from an Arrow batch in memory to finished message bytes, ids included: the compiled encoder against
 * row objects with JSON.stringify and Buffer.byteLength per message. In turns, so that only the ratio matters.
 */
import { messageId } from '../src/core/index.ts'
import { report } from './report.ts'
import { arrowRows, idSecret, keyOf, mappingOf, rowObjects, window } from './rows.ts'
import { median, ratioOf } from './turns.ts'

const rows = 50_000
const rounds = 9
const blockRows = 4096

const batch = arrowRows(0, rows)
const mapping = mappingOf(batch)

function compiled(): number {
  let bytes = 0
  for (let from = 0; from < rows; from += blockRows) {
    bytes += mapping.encode(batch, from, Math.min(rows, from + blockRows)).bytes.length
  }
  return bytes
}

/** What one would write first. */
function obvious(): number {
  let bytes = 0
  for (const [row, { type, ...message }] of rowObjects(batch).entries()) {
    const id = messageId(
      idSecret,
      window.openedAt,
      'state',
      'customers',
      'eu',
      String(window.number),
      keyOf(batch, row),
    )
    bytes += Buffer.byteLength(JSON.stringify({ type, messageId: id, ...message })) + 1
  }
  return bytes
}

function perSecond(work: () => number): number {
  const from = performance.now()
  work()
  return (rows * 1000) / (performance.now() - from)
}

const bytes = compiled() / rows
if (Math.abs(obvious() / rows - bytes) > 1) throw new Error('the two ways write different messages')
const fast: number[] = []
const slow: number[] = []
for (let round = 0; round < rounds; round++) {
  fast.push(perSecond(compiled))
  slow.push(perSecond(obvious))
}
console.log(`${bytes.toFixed(0)} bytes a message`)
console.log(
  `compiled ${Math.round(median(fast) / 1000)} k rows/s, obvious ${Math.round(median(slow) / 1000)} k rows/s`,
)
report([
  {
    what: 'encoder against JSON.stringify and byteLength',
    measured: ratioOf(fast, slow),
    unit: '×',
    gate: 5,
    reach: 10,
  },
])
