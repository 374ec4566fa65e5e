/** What the server says on the stream. Bodies never travel on it. */
export type Frame =
  | { type: 'hello'; position: number }
  | { type: 'events'; position: number; events: StreamEvent[] }
  | { type: 'ping' }
  | { type: 'reset' }

export interface StreamEvent {
  position: number
  type: string
  at: string
  ticket_id: string | null
}

/** Where the reader stands. `position` null: nothing was read yet. */
export interface Cursor {
  position: number | null
  failures: number
}

/** `catch-up`: what is shown may be old · `anew`: what is shown may no longer exist. */
export type Reload = 'no' | 'catch-up' | 'anew'

/** What to do after a frame: tell these events, or read again. */
export interface Step {
  cursor: Cursor
  events: StreamEvent[]
  reload: Reload
}

export const START: Cursor = { position: null, failures: 0 }

/** The next step of a reader: each event once, in order, whatever is repeated after a reconnection. */
export function step(cursor: Cursor, frame: Frame): Step {
  const alive = { ...cursor, failures: 0 }
  switch (frame.type) {
    case 'ping':
      return { cursor: alive, events: [], reload: 'no' }
    case 'reset':
      return { cursor: START, events: [], reload: 'anew' }
    case 'hello':
      return greet(alive, frame.position)
    case 'events':
      return advance(alive, frame)
  }
}

/** A first hello: what was read before it may already be old. Behind our own position: the log was rebuilt. */
function greet(cursor: Cursor, position: number): Step {
  if (cursor.position === null) return { cursor: { ...cursor, position }, events: [], reload: 'catch-up' }
  if (position < cursor.position) return { cursor: { ...cursor, position }, events: [], reload: 'anew' }
  return { cursor, events: [], reload: 'no' }
}

function advance(cursor: Cursor, frame: { position: number; events: StreamEvent[] }): Step {
  const seen = cursor.position ?? -1
  const events = frame.events.filter((event) => event.position > seen)
  return { cursor: { ...cursor, position: Math.max(seen, frame.position) }, events, reload: 'no' }
}

/** Milliseconds before the next attempt: doubling from half a second to thirty, half of it by chance. */
export function backOff(failures: number, chance: number): number {
  const ceiling = Math.min(30_000, 500 * 2 ** Math.min(failures, 10))
  return Math.round(ceiling / 2 + (ceiling / 2) * chance)
}

/** A frame read from the wire; null when it is not one of ours. */
export function readFrame(raw: string): Frame | null {
  try {
    const frame = JSON.parse(raw) as Frame
    return ['hello', 'events', 'ping', 'reset'].includes(frame.type) ? frame : null
  } catch {
    return null
  }
}
