import { backOff, readFrame, START, step, type Cursor, type Reload, type StreamEvent } from '@/models/resume'

export type Liveness = 'connecting' | 'on' | 'off'

/** What a listener hears: events in order, each once, or that it must read again. */
export interface Listener {
  events(events: StreamEvent[]): void
  reload(how: Exclude<Reload, 'no'>): void
}

/** The outside of a reader: a line to the hub, one alarm clock and chance. */
export interface Outside {
  /** Opens a line that resumes after a position; the returned function hangs up and silences it. */
  dial(after: number | null, line: { hear(raw: string): void; closed(): void }): () => void
  /** Rings once after `ms`; a new call replaces the one before. */
  wake(run: () => void, ms: number): void
  sleep(): void
  chance(): number
}

/** Two pings missed: the line is dead although nobody said so. */
export const SILENCE_MS = 45_000

/** Reads the one stream: resumes after the last position, reconnects with patience, never tells an event twice. */
export class StreamReader {
  readonly #listeners = new Set<Listener>()
  #cursor: Cursor = START
  #hangUp: (() => void) | null = null
  #open = false

  constructor(
    private readonly outside: Outside,
    private readonly onLiveness: (liveness: Liveness) => void,
    /** The line closed before the hub spoke: the session may be over. */
    private readonly onRefused: () => void,
  ) {}

  listen(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  start(): void {
    this.#open = true
    this.#cursor = START
    this.onLiveness('connecting')
    this.#connect()
  }

  stop(): void {
    this.#open = false
    this.#drop()
  }

  /** Does not wait for the next attempt: the network is back, or somebody looks again. */
  hurry(): void {
    if (this.#open && this.#cursor.failures > 0) this.#connect()
  }

  #connect(): void {
    this.#drop()
    let greeted = false
    this.#hangUp = this.outside.dial(this.#cursor.position, {
      hear: (raw) => {
        greeted = true
        this.#hear(raw)
      },
      closed: () => {
        if (!greeted) this.onRefused()
        this.#retryLater()
      },
    })
    this.#watchSilence()
  }

  #hear(raw: string): void {
    this.#watchSilence()
    const frame = readFrame(raw)
    if (frame === null) return
    const { cursor, events, reload } = step(this.#cursor, frame)
    this.#cursor = cursor
    this.onLiveness('on')
    for (const listener of [...this.#listeners]) {
      if (reload !== 'no') listener.reload(reload)
      else if (events.length > 0) listener.events(events)
    }
  }

  #retryLater(): void {
    this.#drop()
    if (!this.#open) return
    this.onLiveness('off')
    this.outside.wake(() => this.#connect(), backOff(this.#cursor.failures, this.outside.chance()))
    this.#cursor = { ...this.#cursor, failures: this.#cursor.failures + 1 }
  }

  #watchSilence(): void {
    this.outside.wake(() => this.#retryLater(), SILENCE_MS)
  }

  #drop(): void {
    this.outside.sleep()
    this.#hangUp?.()
    this.#hangUp = null
  }
}
