import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it } from '@jest/globals'
import {
  isDeadLocalOwner,
  localProcesses,
  type Processes,
  processOwner,
} from '../../src/audit/index.ts'

/** A machine with the processes 7 and 8; of 9 nothing is known. */
function machine(starts: Readonly<Record<number, string>> = {}, name = 'box-1'): Processes {
  const known: Record<number, string> = { 7: '100', 8: '200', 9: 'unknown', ...starts }
  return { machine: name, pid: 7, startOf: (pid) => known[pid] }
}

describe('the owner of a lease', () => {
  it('is named by machine, pid and start', () => {
    expect(processOwner(machine())).toBe('box-1/7/100')
  })

  it('is alive as long as that very process runs', () => {
    expect(isDeadLocalOwner('box-1/7/100', machine())).toBe(false)
    expect(isDeadLocalOwner('box-1/8/200', machine())).toBe(false)
  })

  it('is dead when no such process runs, or another one got its pid', () => {
    expect(isDeadLocalOwner('box-1/77/100', machine())).toBe(true)
    expect(isDeadLocalOwner('box-1/8/199', machine())).toBe(true)
  })

  it.each([
    ['on another machine', 'box-2/77/100'],
    ['on this machine before it was started anew', 'box-1-old/77/100'],
    ['whose start was never known', 'box-1/77/unknown'],
    ['of which nothing can be told now', 'box-1/9/100'],
    ['that somebody else names', 'a run by hand'],
    ['without a name', ''],
  ])('counts as alive when it is one %s', (_, owner) => {
    expect(isDeadLocalOwner(owner, machine())).toBe(false)
  })
})

describe('processes of this machine', () => {
  it('are told from each other and from themselves in another life', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
    await once(child, 'spawn')
    const local = localProcesses()
    const owner = processOwner({ ...local, pid: Number(child.pid) })
    expect(owner).toMatch(new RegExp(`/${child.pid}/[^/]+$`))
    expect(isDeadLocalOwner(owner)).toBe(false)
    expect(isDeadLocalOwner(owner.replace(/[^/]+$/, '1'))).toBe(true)
    child.kill('SIGSTOP')
    expect(isDeadLocalOwner(owner)).toBe(false)
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(isDeadLocalOwner(owner)).toBe(true)
  })

  it('this one is alive to itself', () => {
    expect(isDeadLocalOwner(processOwner())).toBe(false)
    expect(processOwner()).toBe(processOwner())
  })
})
