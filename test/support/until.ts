import { systemClock } from '../../src/core/index.ts'

/** Waits until `isTrue`, looking again every 20 ms; fails after two minutes. */
export async function until(isTrue: () => Promise<boolean> | boolean): Promise<void> {
  const deadline = Date.now() + 120_000
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error('it did not come true within 120 s')
    await systemClock.sleep(20)
  }
}
