import { describe, expect, it } from '@jest/globals'
import { DestinationError, noTelemetry, RunStopped, type SyncSpec } from '../../src/core/index.ts'
import { exitCodeOf, type Parts, type RunEnding, runAll } from '../../src/sync/index.ts'

const aSync = (name: string, ...destinations: string[]) =>
  ({
    name,
    send: {
      to: {
        kind: 'by',
        column: 'region',
        routes: Object.fromEntries(destinations.map((one) => [one, one])),
        else: 'invalid',
      },
    },
  }) as unknown as SyncSpec

/** Parts in which no destination can be opened, for the reasons given by its name. */
const partsThatFail = (errors: Record<string, unknown>, after: Record<string, string[]> = {}) =>
  ({
    clock: { now: () => 0 },
    telemetry: noTelemetry,
    project: { jobs: [{ name: 'all', syncs: [], after }] },
    destination: (name: string) => Promise.reject(errors[name]),
  }) as unknown as Parts

const failed = (exitCode: number): RunEnding => ({
  kind: 'failed',
  sync: 's',
  destination: 'd',
  code: 'X',
  exitCode,
  message: '',
})
const skipped: RunEnding = { kind: 'skipped', sync: 's', destination: 'd', because: '' }
const finished = { kind: 'finished' } as RunEnding

describe('running several syncs', () => {
  it('tells how each destination ended', async () => {
    const parts = partsThatFail({
      us: new DestinationError('UNAUTHORIZED', 'the key'),
      eu: new Error('boom for ada@example.com'),
    })
    expect(await runAll(parts, [aSync('a', 'us', 'eu')])).toEqual([
      {
        kind: 'failed',
        sync: 'a',
        destination: 'us',
        code: 'UNAUTHORIZED',
        exitCode: 4,
        message: 'the key',
      },
      {
        kind: 'failed',
        sync: 'a',
        destination: 'eu',
        code: 'UNEXPECTED',
        exitCode: 1,
        message: 'boom for [e-mail]',
      },
    ])
  })

  it('starts nothing that comes after a sync that failed, nor what comes after that', async () => {
    const parts = partsThatFail({ us: new Error('x') }, { b: ['a'], c: ['b'] })
    const endings = await runAll(
      parts,
      ['a', 'b', 'c', 'd'].map((name) => aSync(name, 'us')),
    )
    expect(endings).toMatchObject([
      { kind: 'failed', sync: 'a' },
      { kind: 'skipped', sync: 'b', because: 'a did not finish' },
      { kind: 'skipped', sync: 'c', because: 'b did not finish' },
      { kind: 'failed', sync: 'd' },
    ])
  })

  it('starts nothing after a signal', async () => {
    const signal = AbortSignal.abort(new RunStopped('stop'))
    const endings = await runAll(partsThatFail({}), [aSync('a', 'us')], { signal })
    expect(endings).toMatchObject([{ kind: 'skipped', because: 'the run was asked to stop' }])
  })

  it('calls it stopped when a signal came, whatever broke because of it', async () => {
    const controller = new AbortController()
    const parts = {
      ...partsThatFail({}),
      destination: () => {
        controller.abort(new RunStopped('stop'))
        return Promise.reject(new Error('the socket was closed'))
      },
    } as unknown as Parts
    expect(await runAll(parts, [aSync('a', 'us')], { signal: controller.signal })).toMatchObject([
      { kind: 'failed', code: 'RUN_STOPPED', exitCode: 7 },
    ])
  })
})

describe('the exit code of a command', () => {
  it.each([
    ['0 when all finished', [finished, finished], 0],
    ['that of the first that failed', [finished, failed(6), failed(3)], 6],
    ['7 when something was not started', [finished, skipped], 7],
    ['that of a failure rather than of what waited for it', [skipped, failed(4)], 4],
    ['0 when there was nothing to do', [], 0],
  ])('is %s', (_, endings, code) => {
    expect(exitCodeOf(endings as RunEnding[])).toBe(code)
  })
})
