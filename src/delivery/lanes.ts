/** Lanes: what is put into one lane happens one after the other, in order; lanes do not wait for each other. */
export class Lanes {
  readonly #last = new Map<number, Promise<void>>()

  /** Runs `task`, which must not reject, after everything that was put into the lane before it. */
  run(lane: number, task: () => Promise<void>): Promise<void> {
    const done = (this.#last.get(lane) ?? Promise.resolve()).then(task)
    this.#last.set(lane, done)
    return done
  }
}
