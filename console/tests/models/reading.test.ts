import { describe, expect, it } from 'vitest'

import { byDay } from '@/models/days'
import { decisions, progress } from '@/models/delivery'
import { fold } from '@/models/fold'

import { message } from '../made'

const lines = (n: number) => Array.from({ length: n }, (_, at) => `ligne ${String(at + 1)}`).join('\n')

describe('A long mail', () => {
  it('is folded after fifteen lines and says how many wait', () => {
    const folded = fold(lines(40))
    expect(folded.head.split('\n')).toHaveLength(15)
    expect(folded.hidden).toBe(25)
  })

  it('is left whole when folding would hide only a few lines', () => {
    expect(fold(lines(18))).toEqual({ head: lines(18), hidden: 0 })
  })

  it('is folded although it is one paragraph without a line break', () => {
    const folded = fold('mot '.repeat(1000))
    expect(folded.head.length).toBeLessThan(15 * 88 + 2)
    expect(folded.hidden).toBeGreaterThan(20)
  })
})

describe('Days', () => {
  it('separate messages by the reader’s calendar, not by UTC', () => {
    const tokyo = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Tokyo' })
    const items = [message({ id: 'a', received_at: '2026-11-24T14:59:00Z' }), message({ id: 'b', received_at: '2026-11-24T15:01:00Z' })]
    expect(byDay(items, (iso) => tokyo.format(new Date(iso))).map((day) => day.key)).toEqual(['2026-11-24', '2026-11-25'])
  })

  it('keep messages of one day together', () => {
    expect(byDay([message({ id: 'a' }), message({ id: 'b' })], (iso) => iso.slice(0, 10))).toHaveLength(1)
  })
})

describe('A delivery', () => {
  it('asks a person only when it is stuck', () => {
    expect(progress('read')).toBe('done')
    expect(progress('queued')).toBe('going')
    expect(progress('uncertain')).toBe('stuck')
  })

  it('is sent again only by a person when nobody knows whether it left', () => {
    expect(decisions('uncertain')).toEqual(['resend', 'mark_sent', 'give_up'])
  })

  it('can be sent again after failing, and never after a refusal', () => {
    expect(decisions('failed')).toEqual(['resend'])
    expect(decisions('refused')).toEqual([])
    expect(decisions('delivered')).toEqual([])
  })
})
