/** Things that wait, by partition: partitions take turns, so that a big one never starves a small one. */
export class FairQueue<T> {
  /** In the order of their next turn; every list has at least one thing in it. */
  readonly #waiting = new Map<string, T[]>()

  get isEmpty(): boolean {
    return this.#waiting.size === 0
  }

  /** Puts `thing` last among those of its partition. */
  push(partition: string, thing: T): void {
    const list = this.#waiting.get(partition)
    if (list === undefined) this.#waiting.set(partition, [thing])
    else list.push(thing)
  }

  /** Takes the first thing of the partition whose turn it is. */
  shift(): T | undefined {
    for (const [partition, list] of this.#waiting) {
      const thing = list.shift()
      this.#waiting.delete(partition)
      if (list.length > 0) this.#waiting.set(partition, list)
      return thing
    }
    return undefined
  }

  /** Takes out one that no longer waits. */
  remove(partition: string, thing: T): void {
    const list = this.#waiting.get(partition)
    const at = list?.indexOf(thing) ?? -1
    if (list === undefined || at < 0) return
    list.splice(at, 1)
    if (list.length === 0) this.#waiting.delete(partition)
  }
}
