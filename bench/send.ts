/*
 * Delivered messages per second through `deliver`, to a server in a process of its own that discards what it gets,
 * against the ceiling: the same bodies, built beforehand, through bare undici. Interleaved, medians.
 *
 *   npx esbuild bench/send.ts --bundle --platform=node --format=esm --packages=external --outfile=dist/bench/send.mjs
 *   node dist/bench/send.mjs
 */
import { fork } from 'node:child_process'
import { createServer } from 'node:net'
import { Pool } from 'undici'
import { type MessageBlock, silentLog, systemClock } from '../src/core/index.ts'
import { batchFormat, createClient } from '../src/customerio/index.ts'
import { type Budget, createBudget, deliver } from '../src/delivery/index.ts'

const messageBytes = 707
const perBlock = 10_000
const blocks = 60
const rounds = 5
const connections = 16

/** A server on raw sockets: reads as many bytes as Content-Length says and answers, nothing else. */
function sink(): void {
  const answer = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}'
  const server = createServer((socket) => {
    let left = 0
    let head = ''
    socket.on('data', (chunk: Buffer) => {
      for (let at = 0; at < chunk.length; ) {
        if (left === 0) {
          const end = chunk.indexOf('\r\n\r\n', at)
          if (end < 0) {
            head += chunk.toString('latin1', at)
            return
          }
          head += chunk.toString('latin1', at, end)
          left = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0)
          head = ''
          at = end + 4
        }
        const taken = Math.min(left, chunk.length - at)
        left -= taken
        at += taken
        if (left === 0) socket.write(answer)
      }
    })
    socket.on('error', () => {})
  })
  server.listen(0, '127.0.0.1', () => {
    const address = server.address()
    process.send?.(typeof address === 'object' ? address?.port : undefined)
  })
}

function aBlock(first: number): MessageBlock {
  const starts = new Uint32Array(perBlock)
  const ends = new Uint32Array(perBlock)
  const offsets = new Int32Array(perBlock + 1)
  const texts: string[] = []
  const names: string[] = []
  for (let i = 0; i < perBlock; i++) {
    const name = `user-${first + i}`
    const open = `{"type":"identify","userId":"${name}","traits":{"note":"`
    texts.push(`${open}${'x'.repeat(messageBytes - open.length - 3)}"}}`)
    names.push(name)
    starts[i] = i * (messageBytes + 1)
    ends[i] = i * (messageBytes + 1) + messageBytes
    offsets[i + 1] = (offsets[i] ?? 0) + name.length
  }
  const identities = { bytes: Buffer.from(names.join('')), offsets }
  return {
    count: perBlock,
    bytes: Buffer.from(texts.join(',')),
    starts,
    ends,
    keys: identities,
    ids: new Uint8Array(26 * perBlock),
    identities,
    partitions: [''],
    invalid: [],
  }
}

/** To see what the code costs by itself: one destination's quota is below that. */
const noBudget = (): Budget => ({
  requestsPerSecond: Infinity,
  take: async () => {},
  learn() {},
  close() {},
})
const quota = (): Budget => createBudget({ requestsPerSecond: 1000, clock: systemClock })

async function throughDeliver(
  url: string,
  lanes: 'free' | 'by-identity',
  budget: Budget,
): Promise<number> {
  const client = createClient({ region: 'eu', url, key: 'k', clock: systemClock, connections })
  const began = performance.now()
  const { delivered } = await deliver({
    blocks: (async function* () {
      for (let i = 0; i < blocks; i++) yield source[i % source.length] as MessageBlock
    })(),
    send: client.send,
    format: batchFormat,
    budget,
    recorder: { outcome() {}, exchange() {}, ready: async () => {} },
    lanes,
    clock: systemClock,
    log: silentLog,
    maxFailedPercent: 1,
    limits: { maxInFlight: connections },
  })
  const seconds = (performance.now() - began) / 1000
  budget.close()
  await client.close()
  return delivered / seconds
}

async function throughUndici(url: string): Promise<number> {
  const perBody = Math.floor(475_000 / (messageBytes + 1))
  const body = Buffer.alloc(perBody * (messageBytes + 1) + 12, 120)
  const bodies = Math.ceil((blocks * perBlock) / perBody)
  const pool = new Pool(new URL(url).origin, { connections })
  let next = 0
  const began = performance.now()
  const sender = async (): Promise<void> => {
    while (next++ < bodies) {
      const { body: answer } = await pool.request({ method: 'POST', path: '/v1/batch', body })
      await answer.dump()
    }
  }
  await Promise.all(Array.from({ length: connections }, sender))
  const seconds = (performance.now() - began) / 1000
  await pool.close()
  return (bodies * perBody) / seconds
}

const source: MessageBlock[] = []

async function main(): Promise<void> {
  for (let i = 0; i < 6; i++) source.push(aBlock(i * perBlock))
  const child = fork(new URL(import.meta.url), ['sink'])
  const port = await new Promise((resolve) => child.once('message', resolve))
  const url = `http://127.0.0.1:${port}/v1`
  const ways: Record<string, () => Promise<number>> = {
    'deliver, free, within the quota': () => throughDeliver(url, 'free', quota()),
    'deliver, free, no budget': () => throughDeliver(url, 'free', noBudget()),
    'deliver, by identity, no budget': () => throughDeliver(url, 'by-identity', noBudget()),
    'bare undici, bodies built before': () => throughUndici(url),
  }
  const results = new Map(Object.keys(ways).map((name) => [name, [] as number[]]))
  for (let round = 0; round <= rounds; round++) {
    for (const [name, way] of Object.entries(ways)) {
      const rate = await way()
      if (round > 0) results.get(name)?.push(rate)
    }
  }
  child.kill()
  const median = (rates: readonly number[]): number =>
    [...rates].sort((a, b) => a - b)[Math.floor(rates.length / 2)] ?? 0
  const ceiling = median(results.get('bare undici, bodies built before') ?? [])
  for (const [name, rates] of results) {
    const rate = median(rates)
    const thousands = Math.round(rate / 1000).toLocaleString('en')
    console.log(`${name.padEnd(34)} ${thousands.padStart(6)} k/s  ${(rate / ceiling).toFixed(2)}`)
  }
}

if (process.argv[2] === 'sink') sink()
else await main()
