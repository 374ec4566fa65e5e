/** Timers, so that tests need no waiting. */
export interface Timer {
  later(run: () => void, ms: number): void
}

/**
 * Gathers ids for a moment and hands them over in one go. While a hand-over runs, the next batch
 * gathers: under load the batches grow instead of the number of requests.
 */
export class Gather {
  readonly #ids = new Set<string>()
  #busy = false

  constructor(
    private readonly deliver: (ids: string[]) => Promise<void>,
    private readonly timer: Timer,
    private readonly ms = 60,
  ) {}

  add(id: string): void {
    this.#ids.add(id)
    this.#schedule()
  }

  #schedule(): void {
    if (this.#busy) return
    this.#busy = true
    this.timer.later(() => void this.#run(), this.ms)
  }

  async #run(): Promise<void> {
    const ids = [...this.#ids]
    this.#ids.clear()
    try {
      await this.deliver(ids)
    } catch {
      // What could not be read now is read with the next event, or when the stream comes back.
    } finally {
      this.#busy = false
      if (this.#ids.size > 0) this.#schedule()
    }
  }
}
