import { controlOf, createRecorder, loadWindow } from '../../../audit/index.ts'
import { blockOf, newId } from '../../../core/index.ts'
import { type Bench, type Experiment, numberOf } from './experiment.ts'

const sync = 'live'
const windowId = 'live.live.000001'
const rows = 3

/** Parts: files in the volume, COPY INTO, counts. */
export const partExperiments: readonly Experiment<Bench>[] = [
  {
    name: 'part-is-counted',
    fact: 'COPY INTO loads a part from the volume whole, with its path, and loads it once however often it is told to',
    promises: [1, 3, 6],
    expected: '3 rows loaded, 3 after a second COPY, 3 outcomes',
    async run({ warehouse, workspace, control, clock, log }) {
      const recorder = createRecorder({
        files: workspace,
        folder: controlOf(control).volume,
        windowId,
        sync,
        destination: 'live',
        call: 'identify',
        runId: newId(clock.now()),
        attempt: 1,
        clock,
        log,
        keepPayload: false,
      })
      const entries = Array.from({ length: rows }, (_, i) => ({
        json: '{}',
        key: `[${i}]`,
        id: newId(clock.now()),
        identity: `live ${i}`,
      }))
      const block = { ...blockOf(entries), partitions: [], invalid: [] }
      recorder.outcome({
        runs: [{ block, from: 0, to: rows }],
        status: 'delivered',
        batch: 'live',
        attempt: 1,
        sentAt: clock.now(),
      })
      const parts = await recorder.close()
      const load = () =>
        loadWindow({ sql: warehouse, files: workspace, control, sync, windowId, parts })
      const [first, again] = [await load(), await load()]
      const counted = await numberOf(
        warehouse,
        `SELECT count(*) AS \`n\` FROM ${controlOf(control).name('outcomes')} WHERE \`window_id\` = '${windowId}'`,
      )
      return {
        seen: `${first.outcomes} rows loaded, ${again.outcomes} after a second COPY, ${counted} outcomes`,
      }
    },
  },
  {
    name: 'file-is-written-once',
    fact: 'a file in a volume that is there already is not written again, and the answer says so',
    promises: [3, 6],
    expected: 'created, exists, 5 bytes',
    async run({ workspace, control, clock }) {
      const path = `${controlOf(control).volume}/${newId(clock.now())}.txt`
      const first = await workspace.put(path, Buffer.from('first'))
      const second = await workspace.put(path, Buffer.from('second'))
      const [file] = (await workspace.list(controlOf(control).volume)).filter(
        (one) => one.path === path,
      )
      return { seen: `${first}, ${second}, ${file?.bytes} bytes` }
    },
  },
]
