import { describe, expect, it } from 'vitest'

import { compareTickets, isDanger } from '@/models/order'

import { ticket } from '../made'

const order = (...tickets: ReturnType<typeof ticket>[]) => tickets.sort(compareTickets).map((item) => item.id)

describe('The order of tickets', () => {
  it('puts a danger first although it is due later', () => {
    expect(order(ticket({ id: 'soon' }), ticket({ id: 'danger', urgency: 'P1', due_at: '2027-01-01T00:00:00Z' }))).toEqual(['danger', 'soon'])
  })

  it('puts a ticket without a promise last', () => {
    expect(order(ticket({ id: 'none', due_at: null }), ticket({ id: 'due' }))).toEqual(['due', 'none'])
  })

  it('puts the older of two equally due tickets first, then goes by id', () => {
    const older = ticket({ id: 'z', opened_at: '2026-11-01T00:00:00Z' })
    expect(order(ticket({ id: 'c' }), ticket({ id: 'b' }), older)).toEqual(['z', 'b', 'c'])
  })

  it('compares moments, not their spelling', () => {
    const paris = ticket({ id: 'paris', due_at: '2026-11-24T12:30:00+01:00' })
    expect(order(ticket({ id: 'utc', due_at: '2026-11-24T12:00:00Z' }), paris)).toEqual(['paris', 'utc'])
  })

  it('puts what is solved after everything else, the newest first, a danger too', () => {
    const solved = (id: string, at: string) => ticket({ id, state: 'solved', due_at: null, solved_at: at, urgency: 'P1' })
    const early = solved('early', '2026-11-24T08:00:00Z')
    expect(order(early, ticket({ id: 'none', due_at: null }), solved('late', '2026-11-24T09:00:00Z'))).toEqual(['none', 'late', 'early'])
    expect(isDanger(early)).toBe(false)
  })
})
