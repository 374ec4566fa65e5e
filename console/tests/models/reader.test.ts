import { beforeEach, describe, expect, it } from 'vitest'

import { SILENCE_MS, StreamReader, type Liveness, type Outside } from '@/models/reader'

/** A hub on the other end of the line, and an alarm clock that rings when told. */
class FakeOutside implements Outside {
  dialled: (number | null)[] = []
  hungUp = 0
  alarm: { run: () => void; ms: number } | null = null
  line: { hear(raw: string): void; closed(): void } = { hear: () => undefined, closed: () => undefined }

  dial(after: number | null, line: { hear(raw: string): void; closed(): void }) {
    this.dialled.push(after)
    this.line = line
    return () => void this.hungUp++
  }
  wake = (run: () => void, ms: number) => void (this.alarm = { run, ms })
  sleep = () => void (this.alarm = null)
  chance = () => 0
  say = (frame: object) => this.line.hear(JSON.stringify(frame))
  ring = () => this.alarm?.run()
}

const events = (...positions: number[]) => ({
  type: 'events',
  position: Math.max(...positions),
  events: positions.map((position) => ({ position, type: 'message.received', at: '2026-11-24T08:00:00Z', ticket_id: 't' })),
})

describe('The reader of the stream', () => {
  let outside: FakeOutside
  let reader: StreamReader
  let states: Liveness[]
  let heard: (number | string)[]
  let refusals: number
  beforeEach(() => {
    outside = new FakeOutside()
    states = []
    heard = []
    refusals = 0
    reader = new StreamReader(outside, (now) => states.push(now), () => refusals++)
    reader.listen({ events: (told) => heard.push(...told.map((event) => event.position)), reload: (how) => heard.push(how) })
    reader.start()
    outside.say({ type: 'hello', position: 10 })
  })

  it('resumes after the last event when the line breaks, and tells none twice', () => {
    outside.say(events(11, 12))
    outside.line.closed()
    outside.ring()
    outside.say({ type: 'hello', position: 13 })
    outside.say(events(12, 13))
    expect(outside.dialled).toEqual([null, 12])
    expect(heard).toEqual(['catch-up', 11, 12, 13])
  })

  it('waits longer after each failure and says that it is offline', () => {
    const waits = [0, 1, 2].map(() => {
      outside.line.closed()
      const wait = outside.alarm?.ms
      outside.ring()
      return wait
    })
    expect(waits).toEqual([250, 500, 1000])
    expect(states.at(-1)).toBe('off')
  })

  it('takes a silent line for a dead one', () => {
    outside.say({ type: 'ping' })
    expect(outside.alarm?.ms).toBe(SILENCE_MS)
    outside.ring()
    expect(states.at(-1)).toBe('off')
    expect(outside.hungUp).toBe(1)
  })

  it('asks about the session only when it was refused, not when a good line broke', () => {
    outside.line.closed()
    expect(refusals).toBe(0)
    outside.ring()
    outside.line.closed()
    expect(refusals).toBe(1)
  })

  it('does not wait when the network comes back, and leaves a good line alone', () => {
    reader.hurry()
    expect(outside.dialled).toHaveLength(1)
    outside.line.closed()
    reader.hurry()
    expect(outside.dialled).toEqual([null, 10])
  })

  it('reads everything anew after a reset and goes on from there', () => {
    outside.say({ type: 'reset' })
    outside.say(events(3))
    expect(heard).toEqual(['catch-up', 'anew', 3])
  })

  it('survives a frame that it does not understand', () => {
    outside.line.hear('garbage')
    outside.say(events(11))
    expect(heard).toEqual(['catch-up', 11])
  })

  it('stays silent once it is stopped', () => {
    reader.stop()
    outside.line.closed()
    expect(outside.alarm).toBeNull()
    expect(outside.dialled).toHaveLength(1)
  })
})
