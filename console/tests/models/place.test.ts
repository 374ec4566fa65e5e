import { describe, expect, it } from 'vitest'

import { addressOf, HOME, placeOf, type Place } from '@/models/place'
import { belongs } from '@/models/view'

import { ticket } from '../made'

const PLACES: Place[] = [
  { screen: 'menu' },
  { screen: 'operations' },
  { screen: 'list', view: { state: 'waiting', owner: null } },
  { screen: 'list', view: { state: 'all', owner: 'BROKER_HEALTH' } },
  { screen: 'ticket', view: { state: 'open', owner: null }, ticketId: '0192d3a0' },
  { screen: 'ticket', view: { state: 'solved', owner: 'A/B C' }, ticketId: 'x/y' },
]

describe('A place', () => {
  it.each(PLACES)('comes back from its own address: %o', (place) => {
    expect(placeOf(addressOf(place))).toEqual(place)
  })

  it.each(['', '#', '#/', '#/nowhere', '#/%E0%A4%A'])('is home for the unknown address "%s"', (address) => {
    expect(placeOf(address)).toEqual(HOME)
  })
})

describe('A view', () => {
  it('shows both sorts of waiting together', () => {
    const waiting = { state: 'waiting', owner: null } as const
    expect(belongs(ticket({ state: 'waiting_partner' }), waiting)).toBe(true)
    expect(belongs(ticket({ state: 'open' }), waiting)).toBe(false)
  })

  it('shows one owner’s queue only', () => {
    expect(belongs(ticket(), { state: 'all', owner: 'ASSISTER' })).toBe(false)
    expect(belongs(ticket({ owner: 'ASSISTER' }), { state: 'all', owner: 'ASSISTER' })).toBe(true)
  })
})
