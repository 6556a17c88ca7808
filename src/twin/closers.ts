/** Things to let go of, in the reverse order of their opening. */
export interface Closers {
  add(close: () => Promise<void> | void): void
  /** Lets go of all of them, whatever fails on the way, and then throws what failed first. Twice is once. */
  close(): Promise<void>
}

/** An empty list of things to let go of. */
export function createClosers(): Closers {
  const open: (() => Promise<void> | void)[] = []
  return {
    add: (close) => void open.push(close),
    async close() {
      const failures: unknown[] = []
      for (let close = open.pop(); close !== undefined; close = open.pop()) {
        try {
          await close()
        } catch (error) {
          failures.push(error)
        }
      }
      if (failures.length > 0) throw failures[0]
    },
  }
}
