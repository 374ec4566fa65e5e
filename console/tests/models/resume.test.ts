import { describe, expect, it } from 'vitest'

import { backOff, readFrame, START, step, type Cursor, type Frame, type StreamEvent } from '@/models/resume'

const event = (position: number): StreamEvent => ({ position, type: 'message.received', at: '2026-11-24T08:00:00Z', ticket_id: 't' })
const batch = (...positions: number[]): Frame => ({ type: 'events', position: Math.max(...positions), events: positions.map(event) })
const at = (position: number): Cursor => ({ position, failures: 0 })

describe('The stream', () => {
  it('tells each event once although a reconnection repeats some', () => {
    const first = step(at(4), batch(5, 6))
    const again = step(first.cursor, batch(5, 6, 7))
    expect(first.events.map((item) => item.position)).toEqual([5, 6])
    expect(again.events.map((item) => item.position)).toEqual([7])
  })

  it('goes on after the last position, also over a batch without events for this reader', () => {
    expect(step(at(4), { type: 'events', position: 9, events: [] }).cursor.position).toBe(9)
  })

  it('never goes back', () => {
    expect(step(at(9), batch(3)).cursor.position).toBe(9)
  })

  it('catches up at the first hello: what was read before it may be old', () => {
    expect(step(START, { type: 'hello', position: 7 })).toMatchObject({ reload: 'catch-up', cursor: { position: 7 } })
  })

  it('reads nothing again when it resumes', () => {
    expect(step(at(5), { type: 'hello', position: 7 })).toMatchObject({ reload: 'no', cursor: { position: 5 } })
  })

  it('reads everything again when the server is behind: its log is another one', () => {
    expect(step(at(50), { type: 'hello', position: 7 })).toMatchObject({ reload: 'anew', cursor: { position: 7 } })
  })

  it('reads everything again and starts afresh after a reset', () => {
    expect(step(at(5), { type: 'reset' })).toEqual({ cursor: START, events: [], reload: 'anew' })
  })

  it('forgets its failures once the server speaks', () => {
    expect(step({ position: 5, failures: 4 }, { type: 'ping' }).cursor).toEqual({ position: 5, failures: 0 })
  })

  it('ignores what is not a frame of ours', () => {
    expect(readFrame('not json')).toBeNull()
    expect(readFrame('null')).toBeNull()
    expect(readFrame('{"type":"other"}')).toBeNull()
    expect(readFrame('{"type":"ping"}')).toEqual({ type: 'ping' })
  })
})

describe('Reconnecting', () => {
  it('waits longer after each failure, never over thirty seconds, never all clients at once', () => {
    expect([0, 1, 2].map((failures) => backOff(failures, 0))).toEqual([250, 500, 1000])
    expect(backOff(2, 1)).toBe(2000)
    expect(backOff(500, 1)).toBe(30_000)
  })
})
